/// A call of a tool that a vendor ran itself, in words that more than one protocol can tell.
///
/// Hangs on the `OpaquePart` that its vendor told it with. OpenAI tells call and outcome in one item; Anthropic and Google
/// in a block each, of which the first has no `outcome` and the second no `action`.
public struct HostedCall: Sendable, Hashable {
  /// What the vendor was to do.
  public enum Action: Sendable, Hashable {
    /// Search the web; a vendor counts and bills each query.
    case search(queries: [String])
    /// Read the page at an address.
    case openPage(String)
    /// Run code, or a shell's command.
    case runCode(String)
    /// Something that has no word of its own here: the tool's name and its input as text.
    case other(name: String, input: String)
  }

  /// What came of it.
  public enum Outcome: Sendable, Hashable {
    /// Pages, as far as the vendor tells them; the call went well even with none.
    case pages([Page])
    /// Text: what code printed, what a page or a tool said.
    case text(String)
    /// It came to nothing.
    case failed(String)
  }

  /// A page that was found.
  public struct Page: Sendable, Hashable {
    /// The page's address.
    public var address: String
    /// Its title, where the vendor tells it.
    public var title: String?

    /// Makes a page.
    public init(address: String, title: String? = nil) {
      self.address = address
      self.title = title
    }
  }

  /// Ties a call to the outcome that another part tells; nil where one part tells all, and where the outcome is that of
  /// the call before it.
  public var id: String?
  /// What the vendor was to do; nil in a part that tells only what came of it.
  public var action: Action?
  /// What came of it; nil in a part behind which that is told.
  public var outcome: Outcome?
  /// Whose the part is, where only its maker can read all of it and wants it back (Anthropic's encrypted pages).
  public var origin: SealOrigin?

  /// Makes a call, an outcome, or both.
  public init(id: String? = nil, _ action: Action?, _ outcome: Outcome?) {
    self.id = id
    self.action = action
    self.outcome = outcome
  }

  /// What was searched for, in a part that tells of a search.
  public var queries: [String] { if case .search(let queries) = action { queries } else { [] } }
}
