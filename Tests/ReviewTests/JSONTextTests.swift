import Review
import Testing

@Suite("JSON text")
struct JSONTextTests {
  @Test("quotes, backslashes and control characters are escaped, everything else stands")
  func quoting() {
    #expect(JSONText.quoted("a\"b\\c\n\u{7f}é") == "\"a\\\"b\\\\c\\u000a\\u007fé\"")
  }

  @Test("members and values keep their order")
  func composition() {
    #expect(
      JSONText.object([("b", "1"), ("a", JSONText.array(["2", "3"]))]) == "{\"b\":1,\"a\":[2,3]}")
  }
}
