// What a client is told of a limit.
extension LimitHit {
  /// The key of the limit below `limits` in the configuration.
  package var policyName: StaticString {
    switch (reason, scope) {
    case (.requestLimit, .environment): "requests"
    case (.requestLimit, .client): "per_client.requests"
    case (.requestLimit, .destination): "per_destination.requests"
    case (.connectLimit, .environment): "connects"
    case (.connectLimit, .client): "per_client.connects"
    case (.connectLimit, .destination): "per_destination.connects"
    case (.tunnelLimit, .environment): "tunnels"
    case (.tunnelLimit, .client): "per_client.tunnels"
    case (.tunnelLimit, .destination): "per_destination.tunnels"
    case (.exchangeLimit, .client): "per_client.exchanges"
    case (.exchangeLimit, _): "exchanges"
    case (.destinationLimit, _): "destinations"
    case (.dnsLimit, _): "dns"
    case (.deniedLimit, .client): "per_client.denied"
    case (.deniedLimit, _): "denied"
    default: "quota"
    }
  }

  /// Which limit it is, as a sentence without its end; ASCII.
  package var detail: StaticString {
    switch (reason, scope) {
    case (.requestLimit, .environment):
      "this environment has sent as many requests as it may in this time (limits.requests)"
    case (.requestLimit, .client):
      "this client has sent as many requests as it may in this time (limits.per_client.requests)"
    case (.requestLimit, .destination):
      "this host was asked for as often as it may be in this time (limits.per_destination.requests)"
    case (.connectLimit, .environment):
      "this environment has opened as many connections as it may in this time (limits.connects)"
    case (.connectLimit, .client):
      "this client has opened as many connections as it may in this time (limits.per_client.connects)"
    case (.connectLimit, .destination):
      "this host was connected to as often as it may be in this time (limits.per_destination.connects)"
    case (.tunnelLimit, .environment):
      "this environment has as many tunnels as it may (limits.tunnels)"
    case (.tunnelLimit, .client):
      "this client has as many tunnels as it may (limits.per_client.tunnels)"
    case (.tunnelLimit, .destination):
      "as many tunnels lead to this host as may (limits.per_destination.tunnels)"
    case (.exchangeLimit, .client):
      "this client has as many requests under way as it may (limits.per_client.exchanges)"
    case (.exchangeLimit, _):
      "this environment has as many requests under way as it may (limits.exchanges)"
    case (.destinationLimit, _):
      "this environment has asked for as many different hosts as it may in this time (limits.destinations)"
    case (.dnsLimit, _):
      "this environment has looked up as many names as it may in this time (limits.dns)"
    case (.deniedLimit, .client):
      "too many requests of this client were refused lately (limits.per_client.denied)"
    case (.deniedLimit, _):
      "too many requests of this environment were refused lately (limits.denied)"
    default: "this environment has moved the bytes that it may in a day (limits.quota)"
    }
  }
}
