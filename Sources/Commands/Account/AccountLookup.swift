import Providers
import Store

/// Finds the account that words name, or tells which there are.
enum AccountLookup {
  static func require(_ name: AccountName, in store: Store) throws -> Account {
    try require(provider: name.provider, account: name.account, in: store)
  }

  static func require(provider: String, account: String, in store: Store) throws -> Account {
    let provider = try store.providers.require(provider).name
    if let found = try store.accounts.find(account, provider: provider) { return found }
    let known = try store.accounts.list(provider: provider).map(\.name)
    let near = Suggestion.near(account, in: known)
    let hint: UserFacingError.Hint =
      known.isEmpty
      ? .run("aor account add \(provider) --token-stdin")
      : near.isEmpty ? .run("aor account list \(provider)") : .didYouMean(near)
    throw UserFacingError("`\(provider)` has no account `\(account)`", hints: [hint])
  }
}
