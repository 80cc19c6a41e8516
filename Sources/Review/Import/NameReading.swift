internal import Domains

/// What a word of a foreign list is, read as a host name.
enum NameReading {
  /// Canonical: lower case, no trailing dot, A-labels.
  case name(Hostname)
  /// No client can ask for it: Sluice refuses the request before any rule is looked at.
  case never
  /// It may mean hosts, but this reader cannot say which.
  case unsayable(ImportRemark)

  init(_ word: ArraySlice<UInt8>) {
    do throws(HostnameError) {
      self = .name(try Hostname(bytes: word.span))
      return
    } catch {
      if IPAddress(parsing: word.span) != nil {
        self = .unsayable(.address)
        return
      }
      switch error {
      case .empty, .tooLong, .emptyLabel, .labelTooLong, .endsInNumber:
        // Not one of these can be cured by reading the name in another way, if its bytes are right.
        self = word.allSatisfy(Self.isNameByte) ? .never : .unsayable(.notAName)
      case .forbiddenByte:
        self = Self.foreign(word)
      }
    }
  }

  /// A word with a byte that no canonical name has.
  private static func foreign(_ word: ArraySlice<UInt8>) -> NameReading {
    if word.contains(where: { $0 >= 0x80 }) { return international(word) }
    if word.contains(where: { "/:@?".utf8.contains($0) }) { return .unsayable(.urlOrPort) }
    return .unsayable(word.contains(UInt8(ascii: "*")) ? .wildcardInside : .notAName)
  }

  /// The one place where a name in other scripts becomes A-labels; strictly, so that what the mapping
  /// would change into something else is no name.
  private static func international(_ word: ArraySlice<UInt8>) -> NameReading {
    guard word.count <= 1024 else { return .unsayable(.notAName) }
    var labels: [String] = []
    for label in word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      if label.contains(where: { $0 >= 0x80 }) {
        do throws(InternationalName.Problem) {
          labels.append(try InternationalName.encode(label.text))
        } catch {
          return .unsayable(.international)
        }
      } else {
        labels.append(label.text)
      }
    }
    do throws(HostnameError) {
      return .name(try Hostname(labels.joined(separator: ".")))
    } catch {
      return .unsayable(.international)
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }
}
