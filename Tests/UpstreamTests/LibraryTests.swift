import Testing

@testable import Upstream

@Suite struct LibraryTests {
  @Test func aMissingLibraryIsUnavailableAndNamesItself() {
    let result = LibCurl.open("libcurl-that-is-not-there.so.4")
    guard case .failure(.unavailable(let message)) = result else {
      Issue.record("opened a library that does not exist")
      return
    }
    #expect(message.contains("libcurl-that-is-not-there"))
  }

  @Test func aLibraryThatIsNotLibcurlIsUnavailable() {
    #if os(Linux)
      let name = "libm.so.6"
    #else
      let name = "/usr/lib/libz.dylib"
    #endif
    guard case .failure(.unavailable(let message)) = LibCurl.open(name) else {
      Issue.record("took another library for libcurl")
      return
    }
    #expect(message.contains("curl_global_init"))
  }

  @Test func anOldLibraryIsUnavailableAndNamesBothVersions() {
    guard case .failure(.unavailable(let message)) = LibCurl.open(nil, minimumVersion: 0xff_01_00) else {
      Issue.record("took a libcurl that is too old")
      return
    }
    #expect(message.contains("255.1"))
  }

  @Test func theLibraryOfThisSystemOpens() throws {
    try CurlTransport.preload()
  }
}
