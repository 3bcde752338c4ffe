import Testing
import Upstream

struct HeaderNamesTests {
  private static let names = HeaderNames(["host", "content-length", "x-request-id", "te"])

  @Test(arguments: ["host", "Host", "HOST", "Content-Length", "x-Request-ID", "TE"])
  func aNameIsFoundWhateverItsCase(name: String) { #expect(Self.names.contains(name)) }

  @Test(arguments: ["", "hos", "hosts", "hosT\u{301}", "content_length", "zz", String(repeating: "x", count: 10_000)])
  func anotherIsNot(name: String) { #expect(!Self.names.contains(name)) }

  @Test(arguments: [
    ("X-Forwarded-For", "x-forwarded-", true), ("x-forwarded", "x-forwarded-", false), ("", "x", false),
    ("a", "", true),
  ])
  func aPrefixIsFoundWhateverItsCase(name: String, prefix: String, isPrefix: Bool) {
    #expect(name.hasHeaderPrefix(prefix) == isPrefix)
  }
}
