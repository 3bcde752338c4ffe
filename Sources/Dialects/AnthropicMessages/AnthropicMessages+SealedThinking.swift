import Conversation
import Wire

/// How reasoning that Anthropic did not make travels through an Anthropic client.
///
/// The client keeps `thinking` and `redacted_thinking` blocks and sends them back unread, so they carry:
/// - a reasoning part's own state: in its `thinking` block's signature, or in `redacted_thinking` where no text is shown;
/// - visible text without any state: a `thinking` block signed with a *note*, a seal that holds no vendor's state. Where
///   the client wants thinking but not its text (`display: "omitted"`) the note holds the text itself, so that upstreams
///   which demand it back (`reasoning_content`) still get it;
/// - text without any state for a client that did not ask for thinking: nowhere, unless a tool call follows; then in a
///   note in a `redacted_thinking` block before the call, since some vendors refuse a tool turn without its thinking;
/// - a state that sits on a tool call (Gemini): in a `redacted_thinking` block before the call;
/// - a state that sits on a text, or comes too late to stand before its part: in a `redacted_thinking` block behind it,
///   sealed twice.
enum SealedThinking {
  /// What a slot of a replayed `thinking` or `redacted_thinking` block says.
  enum Content {
    /// The block's own state.
    case own(ReasoningState)
    /// Nothing but text that no vendor signed.
    case note(text: String)
    /// The state of the part behind this block.
    case next(ReasoningState)
    /// The state of the part before this block.
    case previous(ReasoningState)
    /// A seal that cannot be opened.
    case lost
  }

  /// Reads a slot of a client's block.
  static func read(_ slot: String, kind: ReasoningState.Kind, _ mark: SealMark) -> Content {
    guard let state = ReasoningSeal.read(slot, dialect: AnthropicMessages.dialect, kind: kind, mark) else {
      return .lost
    }
    guard ReasoningSeal.isSeal(slot, mark) else { return .own(state) }
    if let text = state.note { return .note(text: text) }
    if state.dialect == AnthropicMessages.dialect, let inner = ReasoningSeal.open(state.blob, mark) {
      return .previous(inner)
    }
    // A thinking block with a signature is a part of its own; only redacted blocks stand in for another part's slot.
    return kind == .redacted && state.kind == .thoughtSignature ? .next(state) : .own(state)
  }

  /// The slot of a block that carries `state` for the part behind it, or the block's own.
  static func slot(_ state: ReasoningState, _ mark: SealMark) -> String {
    ReasoningSeal.write(state, into: AnthropicMessages.dialect, mark)
  }

  /// The slot of a redacted block that carries `state` for the part before it.
  static func slot(behind state: ReasoningState, _ mark: SealMark) -> String {
    let inner = ReasoningSeal.seal(state, mark)
    return ReasoningSeal.seal(
      ReasoningState(dialect: AnthropicMessages.dialect, kind: .redacted, blob: inner, origin: state.origin), mark)
  }
}
