import Crypto
import Foundation
import Providers
import Routing
import Store
import Testing

@Suite struct SecretTests {
  let home: TemporaryStore

  init() throws { home = try TemporaryStore() }

  @Test func plantedSecretsAreNowhereInClear() throws {
    let planted = "PLANTED-7f3a9c-secret"
    let store = try home.open()
    var provider = Provider.sample("p")
    provider.networkProxy = "http://me:\(planted)@proxy.example"
    try store.providers.add(provider, token: "\(planted)-1")
    try store.accounts.add(
      provider: "p", name: "x", token: "\(planted)-2", networkProxy: "http://me:\(planted)@proxy.example")
    try store.accounts.setToken(provider: "p", name: "x", token: "\(planted)-3")
    try store.settings.set(.serverKey, "\(planted)-4")
    try store.settings.set(.networkProxy, "http://me:\(planted)@proxy.example")
    let files = try home.bytes()
    #expect(files["aor.db-wal"]?.isEmpty == false, "the journal must be among what is scanned")
    for (name, bytes) in files { #expect(bytes.range(of: Data(planted.utf8)) == nil, "in clear in \(name)") }
    let snapshot = try store.snapshots.read()
    #expect(snapshot.providers["p"]?.credentials.map(\.token) == ["\(planted)-1", "\(planted)-3"])
    let credential = try #require(snapshot.providers["p"]?.credentials.first)
    #expect(!"\(credential) \(String(reflecting: credential))".contains(planted))
    let account = try #require(try store.accounts.find("X", provider: "P"))
    #expect(account.networkProxy == "http://me:\(planted)@proxy.example")
  }

  @Test func equalSecretsAreSealedDifferently() throws {
    let store = try home.open()
    try store.providers.add(.sample("p"), token: "same-token")
    try store.accounts.add(provider: "p", name: "b", token: "same-token")
    let sealed = try home.query("SELECT hex(secret) FROM accounts")
    // Format byte, nonce, text, tag.
    #expect(sealed.map(\.count) == [2 * (1 + 12 + 10 + 16), 2 * (1 + 12 + 10 + 16)])
    #expect(sealed[0] != sealed[1])
    #expect(sealed[0].dropFirst(2).prefix(24) != sealed[1].dropFirst(2).prefix(24), "a nonce must never come twice")
  }

  @Test func keyIsCreatedWithTheFirstSecretOnly() throws {
    let store = try home.open()
    try store.providers.add(.sample("p"))
    try store.settings.set(.serverPort, "1")
    #expect(!FileManager.default.fileExists(atPath: home.key))
    try store.accounts.add(provider: "p", token: "sk")
    let key = try Data(contentsOf: URL(fileURLWithPath: home.key))
    try store.settings.set(.serverKey, "another-secret")
    #expect(try Data(contentsOf: URL(fileURLWithPath: home.key)) == key)
    #expect(try home.mode(home.key) == 0o600)
    let text = String(decoding: key, as: UTF8.self).trimmingCharacters(in: .newlines)
    #expect(Data(base64Encoded: text)?.count == 32)
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.directory).filter { $0.contains(".new") } == [])
  }

  @Test func refusedAccountLeavesNoProviderBehind() throws {
    let store = try home.open()
    #expect(failure { try store.providers.add(.sample("p"), token: "two\nlines") } != nil)
    #expect(failure { try store.providers.add(.sample("p"), token: " ") } != nil)
    #expect(try store.providers.list().isEmpty)
  }

  @Test func lostKeyNamesWhatIsAffectedAndIsNeverReplacedInSilence() throws {
    try prepare()
    try FileManager.default.removeItem(atPath: home.key)
    let store = try home.open()
    let affected = ["provider a (account default)", "provider b (account spare)", "setting server.key"]
    let missing = StoreError.secretKeyMissing(path: home.key, affected: affected)
    #expect(failure { _ = try store.settings.value(.serverKey) } == missing)
    #expect(failure { _ = try store.snapshots.read() } == missing, "without its key the server would be open")
    #expect(failure { try store.providers.add(.sample("c"), token: "sk-c") } == missing)
    #expect(failure { try store.settings.set(.networkProxy, "http://h:1") } == missing)
    #expect(!FileManager.default.fileExists(atPath: home.key))
    #expect(try store.providers.list().map(\.name) == ["a", "b"])
    #expect(try store.accounts.list().count == 2)
    #expect(try store.settings.list().count == SettingKey.allCases.count)

    try store.settings.unset(.serverKey)
    let snapshot = try store.snapshots.read()
    for name in ["a", "b"] {
      #expect(snapshot.providers[name]?.credentials.isEmpty == true)
      #expect(snapshot.providers[name]?.problem?.contains(home.key) == true)
    }
    // What is left can be replaced one after the other once the others are gone.
    try store.accounts.remove("spare", provider: "b")
    try store.accounts.setToken(provider: "a", token: "sk-new")
    #expect(try home.open().snapshots.read().providers["a"]?.credentials.map(\.token) == ["sk-new"])
  }

  @Test func wrongKeyIsToldFromADamagedSecret() throws {
    try prepare()
    let right = try Data(contentsOf: URL(fileURLWithPath: home.key))
    try writeKey(Data(repeating: 7, count: 32).base64EncodedString())
    let store = try home.open()
    guard case .secretKeyWrong(home.key, let affected) = failure({ _ = try store.settings.value(.serverKey) }) else {
      Issue.record("a wrong key went unnoticed")
      return
    }
    #expect(affected.count == 3)
    guard case .secretKeyWrong = failure({ try store.accounts.add(provider: "a", name: "n", token: "sk") }) else {
      Issue.record("a secret was sealed with another key than the rest")
      return
    }
    // The right key back: no restart needed.
    try right.write(to: URL(fileURLWithPath: home.key))
    chmod(home.key, 0o600)
    #expect(try store.settings.value(.serverKey) == .text("the-server-key"))
    // A sealed token moved to another account does not open there.
    try home.execute("UPDATE accounts SET secret = (SELECT secret FROM accounts WHERE name = 'default')")
    let snapshot = try store.snapshots.read()
    #expect(snapshot.providers["a"]?.credentials.count == 1)
    #expect(snapshot.providers["b"]?.credentials.count == 0)
    #expect(snapshot.providers["b"]?.problem?.contains("damaged") == true)
  }

  @Test(arguments: [0o640, 0o604, 0o660, 0o666, 0o644])
  func keyThatOthersCanReadIsRefused(_ mode: Int) throws {
    try prepare()
    chmod(home.key, mode_t(mode))
    let error = failure { _ = try home.open().settings.value(.serverKey) }
    #expect(error == .secretKeyExposed(path: home.key, mode: UInt32(mode)))
    #expect(error?.hint?.contains("chmod 600 '\(home.key)'") == true)
  }

  @Test(arguments: ["", "short", String(repeating: "z", count: 64), Data(count: 31).base64EncodedString()])
  func malformedKeyIsRefused(_ text: String) throws {
    try prepare()
    try writeKey(text)
    guard case .secretKeyUnusable(home.key, _) = failure({ _ = try home.open().settings.value(.serverKey) }) else {
      Issue.record("\(text) was taken as a key")
      return
    }
  }

  @Test func keyFileMayBeElsewhereAndInHex() throws {
    let elsewhere = home.root + "/my.key"
    let hex = (0..<32).map { String(format: "%02x", $0) }.joined() + "\n"
    try hex.write(toFile: elsewhere, atomically: false, encoding: .utf8)
    chmod(elsewhere, 0o400)
    let store = try home.open(keyFile: elsewhere)
    try store.providers.add(.sample("p"), token: "sk-1")
    #expect(!FileManager.default.fileExists(atPath: home.key))
    #expect(try home.open(keyFile: elsewhere).snapshots.read().providers["p"]?.credentials.map(\.token) == ["sk-1"])
    // The format is fixed: what is stored must open with nothing but the key, the row's id and AES-GCM.
    let row = try home.query("SELECT id FROM accounts")[0]
    let sealed = try home.query("SELECT hex(secret) FROM accounts")[0]
    let bytes = stride(from: 2, to: sealed.count, by: 2).compactMap { index -> UInt8? in
      let start = sealed.index(sealed.startIndex, offsetBy: index)
      return UInt8(sealed[start..<sealed.index(start, offsetBy: 2)], radix: 16)
    }
    let opened = try AES.GCM.open(
      AES.GCM.SealedBox(combined: Data(bytes)), using: SymmetricKey(data: Array(UInt8(0)..<32)),
      authenticating: Data("accounts/\(row)/secret".utf8))
    #expect(String(decoding: opened, as: UTF8.self) == "sk-1")
  }

  @Test func manyFirstSecretsAtOnceEndWithOneKey() async throws {
    let home = home
    try home.open().providers.add(.sample("p"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          try home.open().accounts.add(provider: "p", name: "n\(number)", token: "sk-\(number)")
        }
      }
      try await group.waitForAll()
    }
    let credentials = try home.open().snapshots.read().providers["p"]?.credentials ?? []
    #expect(Set(credentials.map(\.token)) == Set((0..<8).map { "sk-\($0)" }))
  }

  @Test func oneKeyFileForTwoDirectoriesIsCreatedOnce() async throws {
    let shared = home.root + "/shared.key"
    let homes = try (0..<8).map { _ in try TemporaryStore() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for other in homes {
        group.addTask { try other.open(keyFile: shared).providers.add(.sample("p"), token: "sk-\(other.root)") }
      }
      try await group.waitForAll()
    }
    for other in homes {
      let snapshot = try other.open(keyFile: shared).snapshots.read()
      #expect(snapshot.providers["p"]?.credentials.map(\.token) == ["sk-\(other.root)"])
    }
  }

  private func prepare() throws {
    let store = try home.open()
    try store.providers.add(.sample("a"), token: "sk-a")
    try store.providers.add(.sample("b"))
    try store.accounts.add(provider: "b", name: "spare", token: "sk-b")
    try store.settings.set(.serverKey, "the-server-key")
  }

  private func writeKey(_ text: String) throws {
    try text.write(toFile: home.key, atomically: false, encoding: .utf8)
    chmod(home.key, 0o600)
  }
}
