package import Domains

/// Asking a comparison about one name: what the property tests hold against the matcher, and what
/// `replay` can use.
extension ListComparison {
  /// Whether the change of this number is about `host`.
  package func covers(_ number: Int, _ host: Hostname) -> Bool {
    let record = records[number]
    let labels = host.text.split(separator: ".").reversed().map { Array($0.utf8) }
    guard covers(record.shape, Int(record.node), labels) else { return false }
    var next = record.firstCut
    while next >= 0 {
      let cut = cuts[Int(next)]
      if covers(cut.shape, Int(cut.node), labels) { return false }
      next = cut.next
    }
    return true
  }

  /// Whether the change of this number says that the answers for `host` differ on `port` and on
  /// `day`, which is not before ``day``.
  package func differs(_ number: Int, _ host: Hostname, _ port: Port, on day: Day) -> Bool {
    guard covers(number, host) else { return false }
    if records[number].shape.isNotCompared { return true }
    let transition = records[number].transition
    let old = verdicts[Int(transition.old.verdict)].answer(on: port)
    let new = verdicts[Int(transition.new.verdict)].answer(on: port)
    return old.on(day) != new.on(day)
  }

  /// `labels` from the top-level one on.
  private func covers(_ shape: Shape, _ node: Int, _ labels: [[UInt8]]) -> Bool {
    var path: [Int] = []
    var place = node
    while place > 0 {
      path.append(place)
      place = trie.parent(of: place)
    }
    guard labels.count >= path.count,
      zip(path.reversed(), labels).allSatisfy({ trie.label(of: $0).elementsEqual($1) })
    else { return false }
    let more = labels.count - path.count
    switch shape {
    case .exact: return more == 0
    case .oneLabel, .notCompared: return more == 1
    case .below, .nothingCompared: return more >= 1
    case .apexAndBelow: return true
    case .glob(let number):
      guard more == 1 else { return false }
      let area = areas[Int(number)]
      let partition = partitions[Int(area.partition)]
      let matches = partition.automaton.matches(labels[labels.count - 1])
      return area.covers(matches)
    }
  }
}

extension PortAnswer {
  /// What is left of the answer on one day.
  func on(_ day: Day) -> PortAnswer {
    guard case .allowed(let until, let anyProtocol) = self else { return self }
    guard until.map({ $0 >= day }) ?? true else { return .refused }
    guard case .until(let end) = anyProtocol, end.map({ $0 >= day }) ?? true else {
      return .allowed(until: nil)
    }
    return .allowed(until: nil, anyProtocol: .until(nil))
  }
}
