import ArgumentParser
import Conversation
import Foundation
import Providers
import Routing
import Store

/// The values that completion offers, read when a shell asks.
///
/// An unreadable store offers nothing and says nothing.
enum CompletionValues {
  static var providers: CompletionKind { from { try $0.providers.list().map(\.name) } }
  static var groups: CompletionKind { from { try $0.groups.list().map(\.name) } }
  static var patterns: CompletionKind { from { try $0.groups.list().flatMap(\.routes).map(\.pattern) } }
  /// `provider/` and `provider/model`.
  static var targets: CompletionKind {
    from { store in
      try store.providers.list().flatMap { provider in
        ["\(provider.name)/"] + provider.models.map { "\(provider.name)/\($0)" }
      }
    }
  }
  static var models: CompletionKind { from { try $0.providers.list().flatMap(\.models) } }
  static var settings: CompletionKind { .list(SettingKey.allCases.map(\.rawValue)) }
  static var providersAndPresets: CompletionKind {
    from { try $0.providers.list().map(\.name) + ProviderCatalog.all.map(\.name) }
  }
  static var presets: CompletionKind { .list(ProviderCatalog.all.map(\.name)) }

  private static func from(_ read: @escaping @Sendable (Store) throws -> [String]) -> CompletionKind {
    .custom { _, _, _ in
      guard let directories = try? Directories(environment: ProcessInfo.processInfo.environment),
        FileManager.default.fileExists(atPath: directories.data),
        let store = try? Store(directory: directories.data, busyTimeout: 0.2)
      else { return [] }
      return (try? read(store)) ?? []
    }
  }
}

extension DialectID: ExpressibleByArgument {}
