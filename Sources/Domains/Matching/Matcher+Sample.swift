extension Matcher {
  /// Up to `limit` names that a rule with the usual ports and without an end allows: for a look at whether
  /// what was compiled still answers. Another rule may deny them; none, if there are no such rules.
  package func sampleNames(limit: Int) -> [String] {
    var names: [String] = []
    for bucket in 0..<tables.bucketCount {
      for place in 0..<MatcherSlot.inBucket {
        guard names.count < limit else { return names }
        let slot = tables.slot(place, inBucket: bucket)
        guard slot & MatcherSlot.record != 0, tables.plainRule(of: slot) != nil else { continue }
        let name = String(decoding: tables.name(of: slot), as: UTF8.self)
        if slot & MatcherSlot.exact != 0 {
          names.append(name)
        } else if slot & MatcherSlot.below != 0, name.utf8.count < 240 {
          names.append("readiness.\(name)")
        }
      }
    }
    return names
  }
}
