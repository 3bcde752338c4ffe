import Conversation

/// Fits tool call ids to an upstream's alphabet and length, the same way every turn.
///
/// Nothing needs mapping back: a client only ever sees ids it chose itself or an upstream's own.
public enum CallIDs {
  /// Gives the calls of an answer whose upstream names none the ids that the client, and our memory, will know them by.
  public static func name(_ response: inout ConversationResponse, exchangeID: String) {
    for candidate in response.candidates.indices {
      for part in response.candidates[candidate].parts.indices {
        guard case .toolCall(var call) = response.candidates[candidate].parts[part].content, (call.id ?? "").isEmpty
        else { continue }
        call.id = made(exchangeID, response.candidates[candidate].index, part)
        response.candidates[candidate].parts[part].content = .toolCall(call)
      }
    }
  }

  /// The same for an event of a stream.
  public static func name(_ event: inout ConversationEvent, exchangeID: String) {
    guard case .partStarted(var start) = event, case .toolCall(var call) = start.part.content, (call.id ?? "").isEmpty
    else { return }
    call.id = made(exchangeID, start.candidate, start.index)
    start.part.content = .toolCall(call)
    event = .partStarted(start)
  }

  private static func made(_ exchangeID: String, _ candidate: Int, _ part: Int) -> String {
    "call_\(exchangeID)_\(candidate == 0 ? "" : "\(candidate)_")\(part)"
  }

  static func fit(_ messages: inout [Message], for dialect: DialectID) {
    let alphabet = alphabet(of: dialect)
    for message in messages.indices {
      for part in messages[message].parts.indices {
        guard let id = messages[message].parts[part].callID, let fitting = fitting(id, alphabet) else { continue }
        messages[message].parts[part].setCallID(fitting)
      }
    }
  }

  /// The id to use instead, nil if it fits as it is.
  private static func fitting(_ id: String, _ alphabet: Alphabet) -> String? {
    guard !id.isEmpty, !alphabet.allows(id) else { return nil }
    let clean = String(decoding: id.utf8.map { alphabet.allows($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    // The hash keeps ids apart that differ only in what was replaced or cut.
    return clean.prefix(alphabet.maxLength - 9) + "_" + Fingerprint.text(id)
  }

  /// What an id may be made of; Chat refuses 41 characters with `string_above_max_length`, Responses 65.
  private static func alphabet(of dialect: DialectID) -> Alphabet {
    switch dialect {
    case .openAIChat: chat
    case .openAIResponses: responses
    case .anthropic, .gemini: others
    }
  }

  private static let chat = Alphabet(maxLength: 40, punctuation: "_-")
  private static let responses = Alphabet(maxLength: 64, punctuation: "_-")
  private static let others = Alphabet(maxLength: 128, punctuation: "_-")
}

extension Part {
  /// The id of the call, or of the one whose result this is.
  fileprivate var callID: String? {
    switch content {
    case .toolCall(let call): call.id
    case .toolResult(let result): result.callID
    default: nil
    }
  }

  fileprivate mutating func setCallID(_ id: String) {
    switch content {
    case .toolCall(var call):
      call.id = id
      content = .toolCall(call)
    case .toolResult(var result):
      result.callID = id
      content = .toolResult(result)
    default: break
    }
  }
}
