/// The globs of both sides at one parent, run side by side over a label: an automaton whose state is
/// one set of positions for each glob, made as far as it is needed. It says which sets of globs there
/// are that some label matches all of and no other, and finds such a label.
struct GlobAutomaton {
  /// A glob's text, at most 63 bytes. Position `i` of its set: `i` bytes of the text are used up.
  struct Glob {
    /// For each class of bytes the positions that such a byte leads on from.
    let steps: [UInt64]
    /// The positions behind a `*`, which may take more.
    let loops: UInt64
    /// The position at the end.
    let end: UInt64
    /// Whether only one side has it, or the sides differ in what they say of it.
    let isDiffering: Bool
  }

  /// The positions of one glob in a state; globs that cannot match any more have none.
  private struct Live: Hashable {
    let glob: Int32
    let positions: UInt64
  }

  /// Labels that match exactly the same globs.
  struct Class {
    /// Their numbers, in order.
    let matches: [Int32]
    /// In the order in which they were found: the first has the shortest label.
    var states: [Int32]
  }

  /// The bounds of the work for one parent; beyond, it is said that nothing was compared.
  static let globLimit = 4096
  static let stateLimit = 1 << 15
  /// Globs that can still match, over all states.
  static let liveLimit = 1 << 18

  /// What is left of the work for all parents together.
  struct Budget {
    /// Globs that can still match, over all states.
    var live = 1 << 24
    /// Steps in the search for labels that have no node, and comparisons of areas.
    var steps = 200_000_000
    /// Globs that are tried on labels that have a node.
    var matches = 200_000_000
  }

  /// What labels are made of; witnesses prefer what comes first.
  static let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  private let globs: [Glob]
  /// The class of each byte of the alphabet: bytes that no glob tells apart are of one.
  private let classOfByte: [Int]
  /// The first byte of each class.
  private let firstBytes: [UInt8]
  private let longest: Int

  private var states: [[Live]] = []
  private var liveCount = 0
  private var nextStates: [[Int32]] = []
  private var origins: [(state: Int32, byte: UInt8)] = []
  private(set) var classes: [Class] = []
  var budget = Budget()
  /// Whether the search for a label was given up, so that a class may wrongly look empty.
  var isExhausted: Bool { budget.steps <= 0 }

  /// - Parameters:
  ///   - longest: the most bytes that a label may have here, 1 to 63.
  init(_ texts: [(label: [UInt8], isDiffering: Bool)], longest: Int) {
    var isNamed = Array(repeating: false, count: 256)
    for text in texts { for byte in text.label { isNamed[Int(byte)] = true } }
    var classOfByte = Array(repeating: -1, count: 256)
    var firstBytes: [UInt8] = []
    var others = -1
    for byte in Self.alphabet {
      if isNamed[Int(byte)] || others < 0 {
        classOfByte[Int(byte)] = firstBytes.count
        if !isNamed[Int(byte)] { others = firstBytes.count }
        firstBytes.append(byte)
      } else {
        classOfByte[Int(byte)] = others
      }
    }
    self.classOfByte = classOfByte
    self.firstBytes = firstBytes
    self.longest = longest
    globs = texts.map { text in
      var loops: UInt64 = 0
      var steps = Array(repeating: UInt64(0), count: firstBytes.count)
      for (position, byte) in text.label.enumerated() {
        if byte == UInt8(ascii: "*") {
          loops |= 1 << UInt64(position + 1)
          for number in steps.indices { steps[number] |= 1 << UInt64(position) }
        } else {
          steps[classOfByte[Int(byte)]] |= 1 << UInt64(position)
        }
      }
      return Glob(
        steps: steps, loops: loops, end: 1 << UInt64(text.label.count),
        isDiffering: text.isDiffering)
    }
  }

  /// The numbers of the globs that match a label, in order.
  func matches(_ label: some Sequence<UInt8>) -> [Int32] {
    var state = start
    for byte in label { state = step(state, classOfByte[Int(byte)]) }
    return matches(in: state)
  }

  private var start: [Live] {
    globs.indices.map { Live(glob: Int32($0), positions: 1) }
  }

  private func step(_ state: [Live], _ byteClass: Int) -> [Live] {
    var result: [Live] = []
    for live in state {
      let glob = globs[Int(live.glob)]
      let next = (live.positions & glob.steps[byteClass]) << 1 | live.positions & glob.loops
      guard next != 0 else { continue }
      // Behind a `*` at the end everything matches: one state for all that lead there.
      let isAtEnd = next & glob.end & glob.loops != 0
      result.append(Live(glob: live.glob, positions: isAtEnd ? glob.end : next))
    }
    return result
  }

  private func matches(in state: [Live]) -> [Int32] {
    state.lazy.filter { $0.positions & globs[Int($0.glob)].end != 0 }.map(\.glob)
  }

  /// Makes all states that labels lead to, breadth first, and their classes. With
  /// `onlyDiffering`, labels are left out as soon as no differing glob can match them any more.
  /// Says `false` when a limit stopped it.
  mutating func explore(onlyDiffering: Bool) -> Bool {
    guard globs.count <= Self.globLimit else { return false }
    var numbers: [[Live]: Int32] = [:]
    var classNumbers: [[Int32]: Int] = [:]
    states = [start]
    origins = [(-1, 0)]
    var current = 0
    var levelEnd = 1
    var depth = 0
    while current < states.count, depth < longest {
      var row = Array(repeating: Int32(-1), count: firstBytes.count)
      for byteClass in firstBytes.indices {
        let state = step(states[current], byteClass)
        if onlyDiffering, !canDiffer(state) { continue }
        if let known = numbers[state] {
          row[byteClass] = known
          continue
        }
        liveCount += state.count
        budget.live -= state.count + 1
        guard states.count < Self.stateLimit, liveCount < Self.liveLimit, budget.live > 0 else {
          return false
        }
        let made = Int32(states.count)
        numbers[state] = made
        states.append(state)
        origins.append((Int32(current), firstBytes[byteClass]))
        row[byteClass] = made
        let matches = matches(in: state)
        if let known = classNumbers[matches] {
          classes[known].states.append(made)
        } else {
          classNumbers[matches] = classes.count
          classes.append(Class(matches: matches, states: [made]))
        }
      }
      nextStates.append(row)
      current += 1
      if current == levelEnd {
        levelEnd = states.count
        depth += 1
      }
    }
    return true
  }

  private func canDiffer(_ state: [Live]) -> Bool {
    state.contains { globs[Int($0.glob)].isDiffering }
  }

  // MARK: - Labels

  /// The shortest label of a class that `isTaken` does not know; `nil` if there is none. Only after
  /// ``explore(onlyDiffering:)``.
  mutating func label(of number: Int, isTaken: ([UInt8]) -> Bool) -> [UInt8]? {
    let first = firstLabel(of: classes[number].states[0])
    if !isTaken(first) { return first }
    // Every label of the class, the shortest first, until one is free. `isOnWay[n]` has the states
    // from which `n` bytes more lead into the class.
    var isOnWay = [Array(repeating: false, count: states.count)]
    for state in classes[number].states { isOnWay[0][Int(state)] = true }
    for length in 1...longest {
      var row = Array(repeating: false, count: states.count)
      for state in nextStates.indices {
        budget.steps -= nextStates[state].count
        row[state] = nextStates[state].contains { $0 >= 0 && isOnWay[length - 1][Int($0)] }
      }
      isOnWay.append(row)
      guard row[0] else { continue }
      var label: [UInt8] = []
      if search(0, length, isOnWay, &label, isTaken) { return label }
      guard !isExhausted else { return nil }
    }
    return nil
  }

  /// Continues `label` from `state` by `length` bytes in every way that leads into the class.
  private mutating func search(
    _ state: Int, _ length: Int, _ isOnWay: [[Bool]], _ label: inout [UInt8],
    _ isTaken: ([UInt8]) -> Bool
  ) -> Bool {
    if length == 0 { return !isTaken(label) }
    for byte in Self.alphabet {
      budget.steps -= 1
      guard !isExhausted else { return false }
      let next = nextStates[state][classOfByte[Int(byte)]]
      guard next >= 0, isOnWay[length - 1][Int(next)] else { continue }
      label.append(byte)
      if search(Int(next), length - 1, isOnWay, &label, isTaken) { return true }
      label.removeLast()
    }
    return false
  }

  private func firstLabel(of state: Int32) -> [UInt8] {
    var label: [UInt8] = []
    var place = state
    while place > 0 {
      let origin = origins[Int(place)]
      label.append(origin.byte)
      place = origin.state
    }
    return label.reversed()
  }
}
