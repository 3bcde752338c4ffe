import Conversation
import Wire

/// What a Responses request wants of its vendor beyond an answer: things that it keeps, or works on, between requests.
///
/// Formats: https://developers.openai.com/api/docs/guides/conversation-state, …/background
struct KeptByVendor {
  private var previous: String?
  /// The id of a conversation; empty where it cannot be read.
  private var conversation: String?
  private var isBackground = false

  /// What a client's body says.
  init(_ inbound: InboundRequest, _ bytes: UnsafeRawBufferPointer) {
    func value(_ name: StaticString) -> Range<Int>? { inbound.scan.member(name, in: bytes)?.value }
    previous = value("previous_response_id").flatMap { TopLevelScan.string($0, in: bytes) }
    isBackground = value("background").map { TopLevelScan.isTrue($0, in: bytes) } ?? false
    conversation = value("conversation").flatMap { try? JSON(parsing: Array(bytes[$0])) }.flatMap(Self.id(of:))
  }

  /// What a request says that has been read.
  init(_ request: ConversationRequest) {
    previous = request.previousResponseID
    let source = request.extensions.source(.openAIResponses)
    isBackground = source?["background"]?.bool ?? false
    conversation = source?["conversation"].flatMap(Self.id(of:))
  }

  private static func id(of conversation: JSON) -> String? {
    conversation.isNull ? nil : conversation.string ?? conversation["id"]?.string ?? ""
  }

  /// The refusal of a vendor that keeps nothing; nil where nothing is wanted.
  func refusal(by vendor: String) -> DialectError? {
    if let previous {
      return DialectError(
        "previous response \(previous) not found: \(vendor) keeps no responses", path: "previous_response_id",
        code: "previous_response_not_found")
    }
    if let conversation {
      return DialectError(
        "Conversation with id '\(conversation)' not found: \(vendor) keeps no conversations", path: "conversation",
        code: "conversation_not_found")
    }
    guard isBackground else { return nil }
    return DialectError(
      "Unsupported parameter: 'background' is not supported: \(vendor) does not work in the background",
      path: "background", code: "unsupported_parameter")
  }
}
