import Conversation
import Foundation

extension ProbePlan {
  /// Reads an answer to an attempt.
  ///
  /// The first 64 KiB of the body are enough.
  ///
  /// Error envelopes count, each protocol's own only. A path that does not exist (404, 405), a redirect and anything
  /// that is not JSON do not; a 404 counts where it is the model that was not found.
  public static func verdict(on attempt: Attempt, status: Int, body: [UInt8]) -> Verdict {
    guard let answer = ProbeAnswer(body) else { return .notRecognised }
    let dialect = attempt.endpoint.dialect
    if (200...299).contains(status) { return answer.isSuccess(of: dialect) ? .recognised : .notRecognised }
    guard status >= 400, status != 405, answer.isFailure(of: dialect, status: status) else { return .notRecognised }
    if status == 404 { return answer.missesModel(attempt.model) ? .recognised : .notRecognised }
    let isRefusal = status == 401 || status == 403 || answer.refusesKey(of: dialect)
    if dialect == .openAIResponses {
      // It shares its envelope with Chat, and many servers look at keys and rates before the path: only a complaint
      // about the request itself shows that the path is there.
      return !isRefusal && (status == 400 || status == 422) ? .recognised : .notRecognised
    }
    return isRefusal ? .credentialRefused : .recognised
  }
}

/// The members of an answer that tell protocols apart.
private struct ProbeAnswer {
  var type: String?
  var object: String?
  var members: Set<String>
  var errorType: String?
  var errorMessage: String?
  /// `error` given as text.
  var errorText: String?
  var errorCode: String?
  var errorStatus: String?
  var hasNumericErrorCode = false

  init?(_ body: [UInt8]) {
    guard var value = try? JSONSerialization.jsonObject(with: Data(body)) else { return nil }
    // Gemini may wrap its answer into an array.
    if let list = value as? [Any], let first = list.first { value = first }
    guard let root = value as? [String: Any] else { return nil }
    type = root["type"] as? String
    object = root["object"] as? String
    members = Set(root.keys)
    errorText = root["error"] as? String
    // vLLM and Mistral have the error's members at the top.
    let error = root["error"] as? [String: Any] ?? (object == "error" ? root : [:])
    errorType = error["type"] as? String
    errorMessage = error["message"] as? String
    errorCode = error["code"] as? String
    errorStatus = error["status"] as? String
    hasNumericErrorCode = error["code"] is NSNumber
  }

  func isSuccess(of dialect: DialectID) -> Bool {
    switch dialect {
    case .openAIChat: object == "chat.completion" || members.contains("choices")
    case .openAIResponses: object == "response"
    case .anthropic: type == "message"
    case .gemini: members.contains("candidates") || members.contains("promptFeedback")
    }
  }

  func isFailure(of dialect: DialectID, status: Int) -> Bool {
    switch dialect {
    case .anthropic: isAnthropic
    case .gemini: isGemini
    case .openAIChat, .openAIResponses:
      if isAnthropic || isGemini {
        false
      } else if errorMessage != nil || (object == "error" && members.contains("message")) {
        true
      } else if let errorText {
        // A bare text shows the path only where it complains about what the path takes.
        status == 400 && errorText.contains(dialect == .openAIChat ? "messages" : "input")
      } else {
        // FastAPI's own validation runs behind the path.
        status == 422 && members.contains("detail")
      }
    }
  }

  /// Google answers a bad key with 400.
  func refusesKey(of dialect: DialectID) -> Bool {
    dialect == .gemini && errorMessage?.contains("API key") == true
  }

  func missesModel(_ model: String) -> Bool {
    errorCode == "model_not_found" || errorMessage?.contains(model) == true
  }

  private var isAnthropic: Bool { type == "error" && errorType != nil && errorMessage != nil }

  private var isGemini: Bool { hasNumericErrorCode && errorStatus != nil && errorMessage != nil }
}
