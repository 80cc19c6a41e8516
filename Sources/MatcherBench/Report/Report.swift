package import Domains

/// Everything that a bench found out.
package struct Report: Sendable {
  package var machine: Machine
  package var day: Day
  /// Of the hash.
  package var seed: UInt64
  package var runs: Int
  package var lists: [ListReport] = []

  package init(machine: Machine, day: Day, settings: BenchSettings) {
    self.machine = machine
    self.day = day
    seed = settings.seed
    runs = settings.runs
  }
}

/// What was measured on one list.
package struct ListReport: Sendable {
  package var figures: ListFigures
  package var otherBuilds: [ListFigures.Build]
  package var streams: [StreamReport] = []

  package init(_ bench: ListBench) {
    figures = bench.figures
    otherBuilds = bench.otherBuilds
  }
}

/// A list and what it takes to compile it.
package struct ListFigures: Sendable {
  /// How long another way to match took to be made, from the rules and not from their text.
  package struct Build: Sendable {
    package var contender: String
    package var milliseconds: Double
  }

  package var rules: Int
  package var textBytes: Int
  /// Bytes of all the rules' names, without wildcards.
  package var nameBytes: Int
  /// CPU time of the calling thread, from the text to the list and from the list to the matcher.
  package var parseMilliseconds: Sample
  package var buildMilliseconds: Sample
  /// Wall time of both together.
  package var compileWallMilliseconds: Sample
  /// What the matcher keeps for lookups.
  package var imageBytes: Int
  /// Taking that as a compiled image, with the check of everything in it.
  package var checkMilliseconds: Sample
}

/// One stream, by all contenders.
package struct StreamReport: Sendable {
  package struct Cell: Sendable {
    package var contender: String
    /// CPU time of one lookup.
    package var nanoseconds: Sample
    package var queriesPerRun: Int
  }

  package var kind: QueryStream.Kind
  package var queries: Int
  /// The share of queries that a rule decides.
  package var hitShare: Double
  /// Sluice first.
  package var cells: [Cell]
}
