package import Domains

/// A range of addresses that an operator opened for an environment, although the address guard forbids
/// them, or although literals are refused there: `--allow-address 10.1.0.0/16:8080`.
///
/// For a name that a rule already allows on its port, a rule without ports opens the range on every
/// port: the port was decided with the name. For an address literal nothing else decides the port, and
/// a rule without ports means 80 and 443. A rule with ports means exactly these, for both.
package struct AddressRule: Hashable, Sendable {
  package let range: AddressRange
  /// `nil`: none were given.
  package let ports: PortSet?

  package init(range: AddressRange, ports: PortSet? = nil) {
    self.range = range
    self.ports = ports
  }
}
