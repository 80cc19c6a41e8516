/// Field lines of the proxy's own that stand in a head instead of those of the same names: each `Name:
/// value` and a line end, names of letters, digits and hyphens.
enum OwnFields {
  /// Whether one of `lines` has the name `name`, without regard to case.
  static func contain(_ name: Span<UInt8>, in lines: Span<UInt8>) -> Bool {
    var start = 0
    while start < lines.count {
      var at = start
      while at < lines.count, lines[at] != Ascii.colon { at &+= 1 }
      if at &- start == name.count {
        var same = 0
        while same < name.count, lines[start &+ same] | 0x20 == name[same] | 0x20 { same &+= 1 }
        if same == name.count { return true }
      }
      while at < lines.count, lines[at] != Ascii.lineFeed { at &+= 1 }
      start = at &+ 1
    }
    return false
  }
}
