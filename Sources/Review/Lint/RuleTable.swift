import Domains

/// The rules of all linted lists in compact rows, in the order of lists and lines, and for each name
/// the groups of rules that decide together. docs/allowlists.md says which group decides for a host.
struct RuleTable {
  /// The form of a pattern.
  enum Kind: UInt8, BitwiseCopyable {
    case exact, oneLabel, glob, below, apexAndBelow, hardDeny
  }

  struct Row: BitwiseCopyable {
    var node: Int32
    var line: Int32
    /// Index into ``RuleTable/ports``.
    var ports: Int32
    /// Index into ``RuleTable/globs``; -1 if the pattern is no glob.
    var glob: Int32
    /// Days since 1970; the largest value stands for no end.
    var until: Int32
    var list: Int32
    var kind: Kind
    var isDeny: Bool
    var allowsAnyProtocol: Bool
    var state = State.live
    /// The next row of the group for the name itself, and of any other group; -1 at the end.
    var nextExact: Int32 = -1
    var next: Int32 = -1
  }

  /// Whether a row is still part of what the others are compared with.
  enum State: UInt8, BitwiseCopyable {
    case live
    /// Says what an earlier row says.
    case duplicate
    /// Found to change no answer.
    case idle
  }

  /// The first row of each group of a name; -1 if it has none.
  struct Node: BitwiseCopyable {
    var exact: Int32 = -1
    var oneLabel: Int32 = -1
    var globs: Int32 = -1
    var below: Int32 = -1
    var hard: Int32 = -1
    /// The nearest name above that has rules, and whether it is just above.
    var ancestor: Int32 = -1
    var isAncestorParent = false
  }

  static let noEnd = Int32.max

  private(set) var names = NameTable()
  private(set) var nodes: [Node] = []
  var rows: [Row] = []
  private(set) var ports: [PortSet] = []
  private(set) var globs: [[UInt8]] = []
  private var portNumbers: [PortSet: Int32] = [:]
  private var globNumbers: [String: Int32] = [:]

  mutating func append(_ rule: Rule, list: Int) {
    var glob: Int32 = -1
    let name: Hostname
    var kind: Kind
    switch rule.pattern {
    case .exact(let suffix): (name, kind) = (suffix, .exact)
    case .oneLabel(let suffix): (name, kind) = (suffix, .oneLabel)
    case .below(let suffix): (name, kind) = (suffix, .below)
    case .apexAndBelow(let suffix): (name, kind) = (suffix, .apexAndBelow)
    case .glob(let label, let suffix):
      (name, kind) = (suffix, .glob)
      glob = globNumber(label)
    }
    if rule.verdict == .denyAlways { kind = .hardDeny }
    rows.append(
      Row(
        node: names.insert(name.text), line: Int32(clamping: rule.line),
        ports: portNumber(rule.ports), glob: glob,
        until: rule.until?.daysSince1970 ?? Self.noEnd, list: Int32(clamping: list), kind: kind,
        isDeny: rule.verdict != .allow, allowsAnyProtocol: rule.allowsAnyProtocol))
  }

  private mutating func portNumber(_ set: PortSet) -> Int32 {
    if let number = portNumbers[set] { return number }
    let number = Int32(ports.count)
    ports.append(set)
    portNumbers[set] = number
    return number
  }

  private mutating func globNumber(_ label: String) -> Int32 {
    if let number = globNumbers[label] { return number }
    let number = Int32(globs.count)
    globs.append(Array(label.utf8))
    globNumbers[label] = number
    return number
  }

  /// Once all rows are in: chains the groups, in the order of the rows, and finds the names above.
  mutating func link() {
    nodes = Array(repeating: Node(), count: names.count)
    for number in nodes.indices {
      let above = names.ancestor(of: Int32(number))
      nodes[number].ancestor = above.number
      nodes[number].isAncestorParent = above.isParent
    }
    for index in rows.indices.reversed() {
      let number = Int(rows[index].node)
      let row = Int32(index)
      switch rows[index].kind {
      case .exact:
        rows[index].nextExact = nodes[number].exact
        nodes[number].exact = row
      case .apexAndBelow:
        rows[index].nextExact = nodes[number].exact
        nodes[number].exact = row
        rows[index].next = nodes[number].below
        nodes[number].below = row
      case .below:
        rows[index].next = nodes[number].below
        nodes[number].below = row
      case .oneLabel:
        rows[index].next = nodes[number].oneLabel
        nodes[number].oneLabel = row
      case .glob:
        rows[index].next = nodes[number].globs
        nodes[number].globs = row
      case .hardDeny:
        rows[index].next = nodes[number].hard
        nodes[number].hard = row
      }
    }
  }

  // MARK: - Groups

  /// Rules that decide together. Of a group of more than ``limit`` nothing is concluded.
  struct Group {
    static let limit = 32
    var rows: [Int32] = []
    var isTooLarge = false
    var isEmpty: Bool { rows.isEmpty && !isTooLarge }
  }

  /// Which rows are looked at: all that are no duplicates, or without those found idle; never
  /// `except`.
  struct World {
    var withIdle: Bool
    var except: Int32

    func has(_ row: Row, _ number: Int32) -> Bool {
      number != except && (row.state == .live || (withIdle && row.state == .idle))
    }
  }

  func exact(_ node: Int32, _ world: World) -> Group {
    collect(nodes[Int(node)].exact, world) { $0.nextExact }
  }

  func oneLabel(_ node: Int32, _ world: World) -> Group {
    collect(nodes[Int(node)].oneLabel, world) { $0.next }
  }

  func below(_ node: Int32, _ world: World) -> Group {
    collect(nodes[Int(node)].below, world) { $0.next }
  }

  func globs(_ node: Int32, _ world: World) -> Group {
    collect(nodes[Int(node)].globs, world) { $0.next }
  }

  private func collect(_ first: Int32, _ world: World, _ next: (Row) -> Int32) -> Group {
    var group = Group()
    var number = first
    var steps = 0
    while number >= 0 {
      let row = rows[Int(number)]
      if world.has(row, number) { group.rows.append(number) }
      number = next(row)
      steps += 1
      // Duplicates are passed over, but not without end.
      if group.rows.count > Group.limit || steps > 16 * Group.limit {
        group.rows = []
        group.isTooLarge = true
        return group
      }
    }
    return group
  }

  /// What decides for the names below `node` when nothing at `node` does.
  func above(_ node: Int32, _ world: World) -> Group {
    var number = nodes[Int(node)].ancestor
    while number >= 0 {
      let group = below(number, world)
      if !group.isEmpty { return group }
      number = nodes[Int(number)].ancestor
    }
    return Group()
  }

  /// What decides for the name `node` itself when no rule is about exactly that name.
  func aboveName(_ node: Int32, _ world: World) -> Group {
    let place = nodes[Int(node)]
    if place.isAncestorParent {
      let one = oneLabel(place.ancestor, world)
      if !one.isEmpty { return one }
      var group = globs(place.ancestor, world)
      if group.isTooLarge { return group }
      if !group.isEmpty {
        let label = names.name(node).prefix { $0 != UInt8(ascii: ".") }
        group.rows.removeAll { !GlobForm.covers(globs[Int(rows[Int($0)].glob)], label) }
        if !group.isEmpty { return group }
      }
    }
    return above(node, world)
  }

  /// The topmost `!!` that covers `node`, of a name above `node` only or of `node` too; -1: none.
  func hardDeny(covering node: Int32, isProper: Bool) -> Int32 {
    var found: Int32 = -1
    var number = isProper ? nodes[Int(node)].ancestor : node
    while number >= 0 {
      let place = nodes[Int(number)]
      if place.hard >= 0 { found = place.hard }
      number = place.ancestor
    }
    return found
  }
}
