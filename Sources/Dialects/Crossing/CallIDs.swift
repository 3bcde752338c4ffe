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
    for message in messages.indices {
      for part in messages[message].parts.indices {
        switch messages[message].parts[part].content {
        case .toolCall(var call):
          guard let id = call.id, let fitting = fitting(id, dialect) else { continue }
          call.id = fitting
          messages[message].parts[part].content = .toolCall(call)
        case .toolResult(var result):
          guard let id = result.callID, let fitting = fitting(id, dialect) else { continue }
          result.callID = fitting
          messages[message].parts[part].content = .toolResult(result)
        default: break
        }
      }
    }
  }

  /// The id to use instead, nil if it fits as it is.
  private static func fitting(_ id: String, _ dialect: DialectID) -> String? {
    let limit = limit(of: dialect)
    let isFine = id.utf8.allSatisfy(isAllowed)
    guard !isFine || id.utf8.count > limit else { return nil }
    let clean = String(decoding: id.utf8.map { isAllowed($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    // The hash keeps ids apart that differ only in what was replaced or cut.
    return clean.prefix(limit - 9) + "_" + Fingerprint.text(id)
  }

  /// The most characters of an id.
  ///
  /// Chat refuses 41 with `string_above_max_length`, Responses 65.
  private static func limit(of dialect: DialectID) -> Int {
    switch dialect {
    case .openAIChat: 40
    case .openAIResponses: 64
    case .anthropic, .gemini: 128
    }
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    byte.isASCIILetterOrDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }
}
