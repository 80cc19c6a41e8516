/// How long and how often a bench measures.
package struct BenchSettings: Sendable {
  /// Queries of a stream.
  package var queries = StreamMaker.wholeCount
  /// Runs of each stream by each contender; their median and least are reported.
  package var runs = 15
  /// The most CPU time of one run, in milliseconds: by Sluice, and by one of the others. Who would take
  /// longer for the whole stream gets a part of it, another part in each run.
  package var ownRunMilliseconds = 400.0
  package var otherRunMilliseconds = 80.0
  /// The most CPU time of comparing one contender's answers to one stream with the reference. Of
  /// Sluice's answers all are compared, whatever that takes.
  package var checkMilliseconds = 1_000.0
  /// The most wall time for compiling the list again and again, in milliseconds. It is compiled
  /// three times at least.
  package var compileMilliseconds = 6_000.0
  /// After so much wall time on one stream, in milliseconds, five runs suffice.
  package var streamMilliseconds = 1e9
  /// Whether the other ways to match are measured beside Sluice's.
  package var comparesOthers = true
  /// Above so many rules the linear scan is left out.
  package var linearLimit = 100_000
  /// The port and the day that are asked for, and the hash's seed.
  package var seed: UInt64 = 0x5117_CE5E_ED00_0001

  package init() {}
}
