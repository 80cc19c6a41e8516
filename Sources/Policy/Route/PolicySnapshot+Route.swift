package import Domains

// How an allowed request leaves: by the environment's upstream proxy or without, and by whom names are
// resolved. As the decisions, it reads flat tables only.
extension PolicySnapshot {
  /// Whether an allowed request for a name goes by the environment's upstream proxy.
  package func goesByProxy(_ host: borrowing HostKey, environment: Int) -> Bool {
    let number = rows[environment].proxy
    guard number != 0 else { return false }
    guard let direct = unsafe proxies[Int(number) - 1].direct else { return true }
    // The rules have neither ports nor dates: one that is about the name is all that counts.
    return unsafe direct._withUnsafeGuaranteedRef {
      $0.match(host, port: .https, on: Day(unixSeconds: 0)).outcome == .unlisted
    }
  }

  /// As above, for a target that is written as an address.
  package func goesByProxy(_ address: IPAddress, environment: Int) -> Bool {
    let number = rows[environment].proxy
    guard number != 0 else { return false }
    let slice = proxies[Int(number) - 1].ranges
    var index = slice.start
    while index < slice.start + slice.count {
      if ranges[index].contains(address) { return false }
      index += 1
    }
    return true
  }

  /// Where the environment's upstream proxy is and as whom it is asked, as a number: equal for two
  /// environments whose proxies differ at most in what goes past them; 0: there is none.
  package func upstream(of environment: Int) -> Int32 {
    let number = rows[environment].proxy
    return number == 0 ? 0 : Int32(proxies[Int(number) - 1].upstream)
  }

  /// The port of the environment's upstream proxy, which it has.
  package func proxyPort(_ environment: Int) -> UInt16 { proxy(environment).port }

  /// Its address, if that is how it is named.
  package func proxyAddress(_ environment: Int) -> IPAddress? {
    let row = proxy(environment)
    return row.host.count == 0 ? row.address : nil
  }

  /// Its name, if that is how it is named.
  @_lifetime(borrow self)
  package borrowing func proxyName(_ environment: Int) -> Span<UInt8> {
    text(proxy(environment).host)
  }

  /// For audit records, a member of a JSON object: `"upstream_proxy":"proxy.corp.example:3128"`.
  @_lifetime(borrow self)
  package borrowing func proxyMember(_ environment: Int) -> Span<UInt8> {
    text(proxy(environment).member)
  }

  /// What it is shown as `Proxy-Authorization`; empty: nothing.
  @_lifetime(borrow self)
  package borrowing func proxyAuthorization(_ environment: Int) -> Span<UInt8> {
    text(proxy(environment).authorization)
  }

  /// Whether the upstream proxy may be dialled at `address`: wherever the operator put it, private
  /// networks too, unless that is this very process.
  package func admitsProxy(_ address: IPAddress, environment: Int) -> Bool {
    guard let port = Port(proxyPort(environment)) else { return false }
    return !isOwn(address, port: port)
  }

  /// The most different ``nameServerSets``.
  package static let nameServerSetsMax = 16

  /// Who resolves names for an environment: 0, those of the process; else a place in
  /// ``nameServerSets``, from 1.
  package func nameServers(of environment: Int) -> Int { Int(rows[environment].nameServers) }

  private func proxy(_ environment: Int) -> ProxyRow {
    let number = rows[environment].proxy
    precondition(number != 0, "an environment without an upstream proxy")
    return proxies[Int(number) - 1]
  }
}
