import Conversation
import Providers
import Routing
import Store
import Upstream

/// A provider with the credential to use for a request of a command.
struct ProviderAccess: Sendable {
  let provider: Provider
  /// Nil where the provider takes none.
  let credential: Credential?
  /// The proxy for this provider's traffic.
  let proxy: String?

  /// - Throws: `UserFacingError` of status 4 when a credential is needed and there is none that works.
  init(provider name: String, account: String?, in context: CommandContext) throws {
    let store = try context.store()
    provider = try store.providers.require(name)
    let snapshot = try store.snapshots.read()
    let entry = snapshot.providers[provider.name]
    let needsCredential = provider.endpoints.contains { $0.authentication == .bearer || $0.authentication.isHeader }
    if let account {
      let found = try AccountLookup.require(provider: provider.name, account: account, in: store)
      credential = entry?.credentials.first { $0.accountID == found.id }
    } else {
      credential = entry?.credentials.first
    }
    proxy = credential?.networkProxy ?? provider.networkProxy ?? snapshot.settings.networkProxy
    if needsCredential, credential == nil {
      let hasAccounts = try !store.accounts.list(provider: provider.name).isEmpty
      throw UserFacingError(
        "`\(provider.name)` has no account" + (hasAccounts ? " that can be used" : ""),
        causes: hasAccounts ? entry?.problem.map { [$0] } ?? [] : [],
        hints: [
          .run(
            hasAccounts
              ? "aor account list \(provider.name)" : "aor account add \(provider.name) --token-stdin < key.txt")
        ],
        status: .needsCredential)
    }
  }

  /// The models the provider lists.
  ///
  /// Its endpoints are asked in turn: not every protocol has a list.
  func models(_ http: OutboundHTTP) async throws -> [String] {
    var failure: (any Error)?
    for endpoint in provider.endpoints {
      do {
        return try await ModelQuery(endpoint: endpoint, token: credential?.token, proxy: proxy).run(http)
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? UserFacingError("`\(provider.name)` has no endpoint")
  }

  /// Sends the tiny request to one endpoint.
  func test(_ endpoint: Endpoint, model: String, _ http: OutboundHTTP) async throws -> TestRow {
    let tiny = TinyRequest(endpoint: endpoint, model: model, quirks: provider.quirks(forModel: model))
    let request = try tiny.call(token: credential?.token, provider: provider, proxy: proxy)
    var row = TestRow(provider: provider.name, dialect: endpoint.dialect, model: model, url: request.url)
    do {
      let answer = try await http.send(request, deadline: 120)
      row.status = answer.status
      row.latency = answer.duration
      if !tiny.isAnswered(by: answer) {
        row.error = UpstreamComplaint.words(
          status: answer.status, body: answer.body, secrets: [credential?.token ?? ""])
      }
    } catch let error as UpstreamError {
      row.error = UpstreamComplaint.words(error)
    }
    return row
  }
}
