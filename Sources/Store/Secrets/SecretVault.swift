import Crypto
import Foundation
import GRDB
import Synchronization

/// What a sealed value belongs to.
///
/// It is authenticated with the value, so that a blob cannot be moved to another row.
enum SecretSlot: Sendable, Hashable {
  case accountToken(id: String)
  case accountProxy(id: String)
  case providerProxy(id: String)
  case setting(key: String)
  /// A known text, by which a wrong key is told from a damaged row.
  case proof

  var associatedData: Data {
    let text =
      switch self {
      case .accountToken(let id): "accounts/\(id)/secret"
      case .accountProxy(let id): "accounts/\(id)/network_proxy"
      case .providerProxy(let id): "providers/\(id)/network_proxy"
      case .setting(let key): "settings/\(key)/value"
      case .proof: "vault/1/proof"
      }
    return Data(text.utf8)
  }
}

/// Seals and opens secrets with AES-256-GCM.
///
/// A sealed value is a format byte, a fresh 12-byte nonce, the ciphertext and the 16-byte tag. The key file is read at
/// the first secret, and created only when the first secret is stored.
final class SecretVault: Sendable {
  let file: SecretKeyFile
  private let loaded = Mutex<SymmetricKey?>(nil)

  private static let format: UInt8 = 1
  private static let proofText = "aor"

  init(keyPath: String) {
    file = SecretKeyFile(path: keyPath)
  }

  /// Seals a secret inside a write transaction.
  ///
  /// A missing key file is created only while nothing is sealed; with another key than the one in use nothing is sealed.
  func seal(_ secret: String, as slot: SecretSlot, in db: Database) throws -> Data {
    let key = try sealingKey(db)
    return try Self.seal(secret, as: slot, with: key)
  }

  /// Opens a sealed value; `name` says in words what it is.
  func open(_ sealed: Data, as slot: SecretSlot, named name: String, in db: Database) throws -> String {
    if let key = loaded.withLock({ $0 }), let secret = Self.open(sealed, as: slot, with: key) { return secret }
    guard let key = try file.read() else {
      throw StoreError.secretKeyMissing(path: file.path, affected: try Self.sealedNames(db))
    }
    if let secret = Self.open(sealed, as: slot, with: key) {
      loaded.withLock { $0 = key }
      return secret
    }
    if try proves(key, db) == false {
      throw StoreError.secretKeyWrong(path: file.path, affected: try Self.sealedNames(db))
    }
    throw StoreError.secretDamaged(name)
  }

  private func sealingKey(_ db: Database) throws -> SymmetricKey {
    // Read anew: a long-lived process must not seal with a key whose file is gone.
    let onDisk = try file.read()
    if let onDisk, try proves(onDisk, db) == true {
      return onDisk
    }
    let affected = try Self.sealedNames(db)
    guard affected.isEmpty else {
      throw onDisk == nil
        ? StoreError.secretKeyMissing(path: file.path, affected: affected)
        : StoreError.secretKeyWrong(path: file.path, affected: affected)
    }
    let key = try onDisk ?? file.create()
    let proof = try Self.seal(Self.proofText, as: .proof, with: key)
    try db.execute(sql: "INSERT OR REPLACE INTO vault (id, proof) VALUES (1, ?)", arguments: [proof])
    loaded.withLock { $0 = key }
    return key
  }

  /// Whether the key is the one in use; nil when none is yet.
  private func proves(_ key: SymmetricKey, _ db: Database) throws -> Bool? {
    guard let proof = try Data.fetchOne(db, sql: "SELECT proof FROM vault WHERE id = 1") else { return nil }
    return Self.open(proof, as: .proof, with: key) == Self.proofText
  }

  private static func seal(_ secret: String, as slot: SecretSlot, with key: SymmetricKey) throws -> Data {
    let box = try AES.GCM.seal(
      Data(secret.utf8), using: key, nonce: AES.GCM.Nonce(), authenticating: slot.associatedData)
    return Data([format]) + Data(box.nonce) + box.ciphertext + box.tag
  }

  private static func open(_ sealed: Data, as slot: SecretSlot, with key: SymmetricKey) -> String? {
    guard sealed.first == format,
      let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst()),
      let secret = try? AES.GCM.open(box, using: key, authenticating: slot.associatedData)
    else { return nil }
    return String(decoding: secret, as: UTF8.self)
  }

  /// Everything that is sealed, in words.
  ///
  /// An empty blob is a secret about to be replaced.
  static func sealedNames(_ db: Database) throws -> [String] {
    try String.fetchAll(
      db,
      sql: """
        SELECT 'provider ' || providers.name || ' (account ' || accounts.name || ')'
          FROM accounts JOIN providers ON providers.id = accounts.provider_id
          WHERE length(accounts.secret) > 0
        UNION ALL
        SELECT 'provider ' || name || ' (network proxy)' FROM providers WHERE typeof(network_proxy) = 'blob'
        UNION ALL
        SELECT 'setting ' || key FROM settings WHERE typeof(value) = 'blob'
        """)
  }
}
