import Testing

@testable import Domains

/// A text that is not an allowlist, and the complaint that it must give, to the letter: people read it.
struct Broken: CustomTestStringConvertible, Sendable {
  let why: String
  let text: String
  let complaint: String
  var testDescription: String { why }

  /// A line behind a good header of three lines, so that it is line 4.
  init(
    _ why: String, line: String, _ position: String, _ problem: String, _ remedy: String
  ) {
    self.init(
      why, text: "sluice-allowlist 1\nname: x\nversion: 1\n\(line)\n", position, problem, remedy)
  }

  init(
    _ why: String, text: String, _ position: String, _ problem: String, _ remedy: String
  ) {
    self.why = why
    self.text = text
    complaint = "x.allow:\(position): \(problem); \(remedy)"
  }
}

@Suite("Allowlists that are refused")
struct BrokenAllowlistTests {
  static let lines: [Broken] = [
    Broken(
      "a name in capitals", line: "Example.com",
      "4:1", "a capital letter in a name",
      "write `example.com`"),
    Broken(
      "a trailing dot", line: "example.com.",
      "4:12", "a dot at the end of a name",
      "write `example.com`"),
    Broken(
      "a wildcard with a trailing dot", line: "*.example.com.",
      "4:14", "a dot at the end of a name",
      "write `*.example.com`"),
    Broken(
      "a URL", line: "https://user@example.com:8443/x",
      "4:1", "a URL, where only a host name stands",
      "write the host name alone: `example.com`"),
    Broken(
      "a path", line: "example.com/x",
      "4:12", "a path behind the name",
      "write the host name alone: `example.com`"),
    Broken(
      "an address", line: "192.0.2.1",
      "4:1", "an address, where only names stand",
      "open addresses for an environment with allow_addresses"),
    Broken(
      "an IPv6 address", line: "2001:db8::1",
      "4:1", "an address, where only names stand",
      "open addresses for an environment with allow_addresses"),
    Broken(
      "an IPv6 address in brackets", line: "[2001:db8::1]",
      "4:1", "an address, where only names stand",
      "open addresses for an environment with allow_addresses"),
    Broken(
      "a range of addresses", line: "10.0.0.0/8",
      "4:1", "an address, where only names stand",
      "open addresses for an environment with allow_addresses"),
    Broken(
      "a range with host bits", line: "10.0.0.1/8",
      "4:1", "an address, where only names stand",
      "open addresses for an environment with allow_addresses"),
    Broken(
      "a port inside the name", line: "example.com:443",
      "4:12", "a port inside the name",
      "write a space in front of it: `example.com :443`"),
    Broken(
      "a port inside a wildcard", line: "*.example.com:443",
      "4:14", "a port inside the name",
      "write a space in front of it: `*.example.com :443`"),
    Broken(
      "a user", line: "me@example.com",
      "4:3", "a user name in front of the name",
      "write the host name alone: `example.com`"),
    Broken(
      "a U-label", line: "b\u{fc}cher.example",
      "4:2", "a character that is not ASCII in a name",
      "write the name in its xn-- form (an A-label)"),
    Broken(
      "a name that looks Latin", line: "g\u{456}thub.com",
      "4:2", "a character that is not ASCII in a name",
      "write the name in its xn-- form (an A-label)"),
    Broken(
      "every name", line: "*",
      "4:1", "a rule for every name",
      "name what is needed, or give the environment the access level full"),
    Broken(
      "every name below", line: "*.",
      "4:1", "a wildcard without a name",
      "write one, such as `*.example.com`"),
    Broken(
      "a leading dot", line: ".example.com",
      "4:1", "a dot at the start of a name",
      "write `*.example.com` for everything below, or `+.example.com` for the name as well"),
    Broken(
      "two dots", line: "a..example.com",
      "4:3", "two dots in a row",
      "write one"),
    Broken(
      "two dots behind a wildcard", line: "*..example.com",
      "4:3", "two dots in a row",
      "write one"),
    Broken(
      "a name that is a number", line: "2130706433",
      "4:1", "a name that ends in a number, which programs take for an IPv4 address",
      "write a host name"),
    Broken(
      "a name that ends in a number", line: "example.0x1f",
      "4:1", "a name that ends in a number, which programs take for an IPv4 address",
      "write a host name"),
    Broken(
      "a short address", line: "127.1",
      "4:1", "a name that ends in a number, which programs take for an IPv4 address",
      "write a host name"),
    Broken(
      "a long label", line: "\(HostnameTests.label63)a.com",
      "4:1", "a label of more than 63 bytes",
      "no such name exists in the DNS"),
    Broken(
      "a long name", line: "\(HostnameTests.name253)b",
      "4:1", "a name of more than 253 bytes",
      "no such name exists in the DNS"),
    Broken(
      "a forbidden character", line: "exa$mple.com",
      "4:4", "`$` is not a character of host names",
      "use lower-case letters, digits, `-`, `_` and dots"),
    Broken(
      "an AdGuard rule", line: "||example.com^",
      "4:1", "`|` is not a character of host names",
      "use lower-case letters, digits, `-`, `_` and dots"),
    Broken(
      "a quoted name", line: "\"example.com\"",
      "4:1", "`\"` is not a character of host names",
      "use lower-case letters, digits, `-`, `_` and dots"),
    Broken(
      "a wildcard in the middle", line: "a.*.example.com",
      "4:3", "`*` in a place where it has no meaning",
      "`*.`, `+.` and `?.` stand at the start of a name; `*` also inside its first label"),
    Broken(
      "two wildcards", line: "*.*.example.com",
      "4:3", "`*` in a place where it has no meaning",
      "`*.`, `+.` and `?.` stand at the start of a name; `*` also inside its first label"),
    Broken(
      "a glob in the second label", line: "a.api-*.example.com",
      "4:7", "`*` in a place where it has no meaning",
      "`*.`, `+.` and `?.` stand at the start of a name; `*` also inside its first label"),
    Broken(
      "a question mark in a label", line: "ap?.example.com",
      "4:3", "`?` in a place where it has no meaning",
      "`*.`, `+.` and `?.` stand at the start of a name; `*` also inside its first label"),
    Broken(
      "a plus in a label", line: "a+b.example.com",
      "4:2", "`+` in a place where it has no meaning",
      "`*.`, `+.` and `?.` stand at the start of a name; `*` also inside its first label"),
    Broken(
      "two stars in a row", line: "api-**.example.com",
      "4:6", "two `*` in a row",
      "write one: within a label it stands for one character or more"),
    Broken(
      "a glob without a parent", line: "api-*",
      "4:1", "a glob without a parent name",
      "write one, such as `api-*.example.com`"),
    Broken(
      "a glob of everybody's names", line: "*example.com",
      "4:1", "a glob that takes in every name that ends so, whoever owns it",
      "write `*.example.com` for what is below the name"),
    Broken(
      "a glob in capitals", line: "API-*.example.com",
      "4:1", "a capital letter in a name",
      "write `api-*.example.com`"),
    Broken(
      "a glob that is too long", line: "\(HostnameTests.label63)*.example.com",
      "4:1", "a label of more than 63 bytes",
      "shorten it"),
    Broken(
      "a glob with a broken parent", line: "api-*.Example.com",
      "4:7", "a capital letter in a name",
      "write `api-*.example.com`"),
    Broken(
      "an exclamation mark alone", line: "!",
      "4:1", "an exclamation mark without a name",
      "write the name right behind it, without a space"),
    Broken(
      "a space behind the exclamation mark", line: "! example.com",
      "4:1", "an exclamation mark without a name",
      "write the name right behind it, without a space"),
    Broken(
      "three exclamation marks", line: "!!!example.com",
      "4:1", "more than two exclamation marks",
      "write `!` for a deny that a more specific rule can lift, `!!` for one that none can"),
    Broken(
      "a pattern behind !!", line: "!!*.example.com",
      "4:3", "a pattern behind `!!`",
      "write a plain name: `!!example.com` covers the name and everything below it"),
    Broken(
      "a glob behind !!", line: "!!api-*.example.com",
      "4:3", "a pattern behind `!!`",
      "write a plain name: `!!example.com` covers the name and everything below it"),
    Broken(
      "ports behind !!", line: "!!example.com :443",
      "4:15", "ports on a rule with `!!`, which holds for every port",
      "remove them, or write `!`"),
    Broken(
      "until behind !!", line: "!!example.com until=2026-12-31",
      "4:15", "`until` on a deny: what ends a deny would be an allow",
      "remove it; delete the rule when its time has come"),
    Broken(
      "until on a deny", line: "!example.com until=2026-12-31",
      "4:14", "`until` on a deny: what ends a deny would be an allow",
      "remove it; delete the rule when its time has come"),
    Broken(
      "a protocol on a deny", line: "!example.com protocol=any",
      "4:14", "`protocol` on a deny, which holds for every protocol", "remove it"),
    Broken(
      "a protocol that is none", line: "example.com protocol=ssh",
      "4:13", "`protocol=ssh` names no protocol that can be asked for",
      "write `protocol=any`, or remove it: on a TLS port TLS is checked then"),
    Broken(
      "protocol twice", line: "example.com protocol=any protocol=any",
      "4:26", "`protocol` stands on the line twice", "remove one of the two"),
    Broken(
      "two names on a line", line: "a.com b.com",
      "4:7", "`b.com` is not understood behind a name",
      "write one rule a line; behind the name may stand ports such as `:443`, and key=value"),
    Broken(
      "ports without a colon", line: "a.com 443",
      "4:7", "`443` is not understood behind a name",
      "write one rule a line; behind the name may stand ports such as `:443`, and key=value"),
    Broken(
      "an empty list of ports", line: "a.com :",
      "4:7", "`:` has an empty place in a list of ports",
      "write `:443`, `:443,8443`, `:9000-9003` or `:*`"),
    Broken(
      "a colon with a space", line: "a.com : 443",
      "4:7", "`:` has an empty place in a list of ports",
      "write `:443`, `:443,8443`, `:9000-9003` or `:*`"),
    Broken(
      "an empty place in the ports", line: "a.com :443,,80",
      "4:7", "`:443,,80` has an empty place in a list of ports",
      "write `:443`, `:443,8443`, `:9000-9003` or `:*`"),
    Broken(
      "port 0", line: "a.com :0",
      "4:7", "`:0` has something that is no port (1 to 65535, digits only, no leading zero)",
      "write `:443`, `:443,8443`, `:9000-9003` or `:*`"),
    Broken(
      "a port too high", line: "a.com :65536",
      "4:7", "`:65536` has something that is no port (1 to 65535, digits only, no leading zero)",
      "write `:443`, `:443,8443`, `:9000-9003` or `:*`"),
    Broken(
      "a leading zero", line: "a.com :0443",
      "4:7", "`:0443` has something that is no port (1 to 65535, digits only, no leading zero)",
      "write `:443`, `:443,8443`, `:9000-9003` or `:*`"),
    Broken(
      "a reversed range", line: "a.com :90-80",
      "4:7", "`:90-80` has a range of ports whose end is not above its start",
      "write `:443`, `:443,8443`, `:9000-9003` or `:*`"),
    Broken(
      "a port twice", line: "a.com :443,440-450",
      "4:7", "`:443,440-450` has a port that is listed twice",
      "write `:443`, `:443,8443`, `:9000-9003` or `:*`"),
    Broken(
      "ports twice", line: "a.com :443 :80",
      "4:12", "ports for the second time",
      "write one list, such as `:443,8443`"),
    Broken(
      "an unknown key", line: "a.com methods=GET",
      "4:7", "`methods` is not a key of a rule",
      "the keys are until, protocol, ticket, owner, reason, review"),
    Broken(
      "a key in capitals", line: "a.com Ticket=1",
      "4:7", "a character that a key cannot have here",
      "use lower-case letters, digits and hyphens, and start with a letter"),
    Broken(
      "a value without a key", line: "a.com =1",
      "4:7", "a value without a key",
      "write key=value, such as `owner=@build`"),
    Broken(
      "a key without a value", line: "a.com ticket=",
      "4:14", "a key without a value",
      "write one, or remove the key"),
    Broken(
      "an empty value in quotes", line: "a.com ticket=\"\"",
      "4:14", "a key without a value",
      "write one, or remove the key"),
    Broken(
      "a key twice", line: "a.com ticket=1 ticket=2",
      "4:16", "`ticket` stands on the line twice",
      "remove one of the two"),
    Broken(
      "until twice", line: "a.com until=2026-12-31 until=2026-12-30",
      "4:24", "`until` stands on the rule twice",
      "remove one of the two"),
    Broken(
      "no such day", line: "a.com until=2026-02-30",
      "4:7", "`until=2026-02-30` does not name a day",
      "write year, month and day, such as `until=2026-12-31`"),
    Broken(
      "a time", line: "a.com until=2026-12-31T00:00",
      "4:7", "`until=2026-12-31T00:00` does not name a day",
      "write year, month and day, such as `until=2026-12-31`"),
    Broken(
      "an open quotation mark", line: "a.com reason=\"x y",
      "4:14", "a quotation mark without its partner",
      "close it on the same line"),
    Broken(
      "a quotation mark inside", line: "a.com reason=x\"y\"",
      "4:15", "a quotation mark inside a value",
      "quote the whole value, such as `reason=\"a b\"`"),
    Broken(
      "text behind a quotation mark", line: "a.com reason=\"x\"y",
      "4:14", "a quotation mark inside a value",
      "quote the whole value, such as `reason=\"a b\"`"),
    Broken(
      "an open section", line: "[Rust",
      "4:1", "a section without its closing bracket",
      "write `[Name] owner=@team`"),
    Broken(
      "a section without a name", line: "[]",
      "4:1", "a section without a name",
      "write `[Name]`"),
    Broken(
      "a section with blanks", line: "[ Rust ]",
      "4:2", "a blank at the edge of a section's name",
      "remove it"),
    Broken(
      "a bracket in a section", line: "[a[b]",
      "4:3", "a bracket in the name of a section",
      "remove it"),
    Broken(
      "text at a section's bracket", line: "[Rust]owner=@a",
      "4:7", "text behind a section's bracket",
      "write a space in front of it"),
    Broken(
      "a word behind a section", line: "[Rust] build",
      "4:8", "`build` is not understood on a section",
      "write key=value, such as `owner=@build`"),
    Broken(
      "a section's key twice", line: "[Rust] owner=@a owner=@b",
      "4:17", "`owner` stands on the line twice",
      "remove one of the two"),
    Broken(
      "a header line behind a rule", line: "a.com\nname: x",
      "5:1", "a line of the header behind the first section or rule",
      "move it to the top"),
    Broken(
      "an unknown header key", line: "expires: 2027-01-01",
      "4:1", "`expires` is not a key of the header",
      "the keys are name, version and description"),
    Broken(
      "a header key in capitals", line: "Name: x",
      "4:1", "`Name` is not a key of the header",
      "the keys are name, version and description"),
    Broken(
      "a header key twice", line: "name: y",
      "4:1", "`name` stands in the header twice",
      "remove one of the two"),
    Broken(
      "a version twice", line: "version: 2",
      "4:1", "`version` stands in the header twice",
      "remove one of the two"),
    Broken(
      "a header line without a space", line: "description:x",
      "4:13", "no space behind the colon",
      "write `description: ` and then the value"),
    Broken(
      "a header line without a value", line: "description:",
      "4:12", "`description` has no value",
      "write one behind the colon"),
    Broken(
      "a header line with only a comment", line: "description: # x",
      "4:12", "`description` has no value",
      "write one behind the colon"),
    Broken(
      "an include", line: "@include common.txt",
      "4:1", "a directive, which this format does not have",
      "write rules, sections and comments only"),
    Broken(
      "a CR", line: "a.com\r\nb.com",
      "4:6", "the line ends in CR LF",
      "save the list with LF line ends"),
    Broken(
      "a CR inside", line: "a.com\rb.com",
      "4:6", "a control byte",
      "remove it"),
    Broken(
      "a NUL", line: "a.com # \0",
      "4:9", "a control byte",
      "remove it"),
    Broken(
      "DEL", line: "a.com # \u{7f}",
      "4:9", "a control byte",
      "remove it"),
    Broken(
      "a direction override in a comment", line: "a.com # \u{202e}moc.live",
      "4:9", "an invisible character that hides or reorders what a reviewer sees",
      "remove it"),
    Broken(
      "a zero-width space in a comment", line: "a.com # \u{200b}",
      "4:9", "an invisible character that hides or reorders what a reviewer sees",
      "remove it"),
    Broken(
      "a next-line control in a comment", line: "a.com # \u{85}",
      "4:9", "an invisible character that hides or reorders what a reviewer sees",
      "remove it"),
    Broken(
      "a line too long", line: "a.com #\(String(repeating: "x", count: 4096))",
      "4:4097", "a line of more than 4096 bytes",
      "shorten it"),
    Broken(
      "a complaint on a later line", line: "a.com\n\n# x\n  B.com",
      "7:3", "a capital letter in a name",
      "write `b.com`"),
    Broken(
      "a comment without a blank in front", line: "a.com#x",
      "4:6", "`#` is not a character of host names",
      "use lower-case letters, digits, `-`, `_` and dots"),
    Broken(
      "two sections on a line", line: "[a] [b]",
      "4:5", "`[b]` is not understood on a section",
      "write key=value, such as `owner=@build`"),
  ]

  static let texts: [Broken] = [
    Broken(
      "nothing", text: "",
      "1:1", "not a Sluice allowlist",
      "write `sluice-allowlist 1` as the first line"),
    Broken(
      "only a line end", text: "\n",
      "1:1", "not a Sluice allowlist",
      "write `sluice-allowlist 1` as the first line"),
    Broken(
      "another text", text: "127.0.0.1 localhost\n",
      "1:1", "not a Sluice allowlist",
      "write `sluice-allowlist 1` as the first line"),
    Broken(
      "a newer format", text: "sluice-allowlist 2\n",
      "1:1", "a format that this version does not know",
      "the first line must be exactly `sluice-allowlist 1`"),
    Broken(
      "the format with a comment", text: "sluice-allowlist 1 # x\n",
      "1:1", "a format that this version does not know",
      "the first line must be exactly `sluice-allowlist 1`"),
    Broken(
      "the format with a space", text: "sluice-allowlist 1 \n",
      "1:1", "a format that this version does not know",
      "the first line must be exactly `sluice-allowlist 1`"),
    Broken(
      "the format with CR LF", text: "sluice-allowlist 1\r\nname: a\r\n",
      "1:19", "the line ends in CR LF",
      "save the list with LF line ends"),
    Broken(
      "a byte order mark", text: "\u{feff}sluice-allowlist 1\n",
      "1:1", "the text starts with a byte order mark",
      "save it as UTF-8 without a byte order mark"),
    Broken(
      "only the format", text: "sluice-allowlist 1\n",
      "1:1", "the header has no name",
      "write a line such as `name: default` at the top"),
    Broken(
      "no version", text: "sluice-allowlist 1\nname: a\n",
      "2:1", "the header has no version",
      "write a line such as `version: 2026.11.22-1` at the top"),
    Broken(
      "a rule before the version", text: "sluice-allowlist 1\nname: a\n a.com\nversion: 1\n",
      "3:2", "the header has no version",
      "write a line such as `version: 2026.11.22-1` at the top"),
    Broken(
      "a section before the name", text: "sluice-allowlist 1\n[Rust]\nname: a\n",
      "2:1", "the header has no name",
      "write a line such as `name: default` at the top"),
    Broken(
      "a name in capitals", text: "sluice-allowlist 1\nname: Default\n",
      "2:7", "a character that the name of a list cannot have here",
      "use lower-case letters, digits and . _ - +, and start with a letter or digit"),
    Broken(
      "a name with a space", text: "sluice-allowlist 1\nname: my list\n",
      "2:9", "a character that the name of a list cannot have here",
      "use lower-case letters, digits and . _ - +, and start with a letter or digit"),
    Broken(
      "a name with an at sign", text: "sluice-allowlist 1\nname: a@b\n",
      "2:8", "a character that the name of a list cannot have here",
      "use lower-case letters, digits and . _ - +, and start with a letter or digit"),
    Broken(
      "a version that starts with a dot", text: "sluice-allowlist 1\nname: a\nversion: .1\n",
      "3:10", "a character that the version of a list cannot have here",
      "use letters, digits and . _ - +, and start with a letter or digit"),
    Broken(
      "a name that is too long",
      text: "sluice-allowlist 1\nname: \(String(repeating: "a", count: 65))\n",
      "2:7", "the name of a list has more than 64 bytes",
      "shorten it"),
  ]

  @Test("a broken list is refused whole, with the place and the remedy", arguments: lines + texts)
  func refused(_ broken: Broken) {
    do {
      let list = try Allowlist.parse(Array(broken.text.utf8), file: "x.allow")
      Issue.record("taken with \(list.rules.count) rules")
    } catch {
      #expect(error.description == broken.complaint)
    }
  }

  @Test("bytes that are not UTF-8 are refused where they stand")
  func notUTF8() {
    let text = Array("sluice-allowlist 1\nname: x\nversion: 1\na.com # ".utf8) + [0xff, 0x0a]
    #expect(
      Allowlist.errors(in: text, file: "x").map(\.description)
        == ["x:4:9: not UTF-8; save the list as UTF-8"])
  }

  @Test("all complaints are collected in the order of the lines, up to the limit")
  func collected() {
    let text = Array(
      "sluice-allowlist 1\nname: x\nversion: 1\nA.com\nb.com\nc.com :0\nd.com x=1\n".utf8)
    let lines = Allowlist.errors(in: text, file: "x").map {
      "\($0.position.line):\($0.position.column)"
    }
    #expect(lines == ["4:1", "6:7", "7:7"])
    #expect(Allowlist.errors(in: text, file: "x", limit: 2).count == 2)
    #expect(Allowlist.errors(in: Array(AllowlistTests.example.utf8), file: "x").isEmpty)
  }

  @Test("a missing header is complained about once")
  func missingHeader() {
    let text = Array("sluice-allowlist 1\na.com\nb.com\n".utf8)
    #expect(Allowlist.errors(in: text, file: "x").map(\.position.line) == [2])
  }

  @Test("a text cut anywhere or with any byte changed is taken or refused, never fatal")
  func damage() {
    let text = Array(AllowlistTests.example.utf8)
    var random = SplitMix(seed: 21)
    for end in text.indices {
      for error in Allowlist.errors(in: Array(text[..<end]), file: "x") {
        #expect(error.position.line >= 1 && error.position.column >= 1)
      }
    }
    for _ in 0..<3000 {
      var damaged = text
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        damaged[Int.random(in: text.indices, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      let isTaken = (try? Allowlist.parse(damaged, file: "x")) != nil
      #expect(isTaken == Allowlist.errors(in: damaged, file: "x").isEmpty)
    }
  }
}
