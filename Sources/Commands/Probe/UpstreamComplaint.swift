import Conversation
import Foundation
import Upstream

/// Puts what an upstream complains about into words.
enum UpstreamComplaint {
  /// One sentence for an answer that is none, masked and bounded.
  static func words(status: Int, body: [UInt8], secrets: [String]) -> String {
    let said = message(in: body).map { ": " + clean($0, secrets: secrets) } ?? ""
    switch status {
    case 401, 403: return "the credential was refused (\(status))\(said)"
    case 402: return "the account has no credit (402)\(said)"
    case 404: return "no such endpoint or model (404)\(said)"
    case 429: return "rate limited, or the quota is used up (429)\(said)"
    case 300..<400: return "it redirects (\(status)); the base URL is probably not the API's"
    case 500...: return "the provider itself failed (\(status))\(said)"
    case 200..<300: return "it answered \(status), but not in its protocol\(said)"
    default: return "the request was refused (\(status))\(said)"
    }
  }

  /// One sentence for a call without an answer.
  static func words(_ error: any Error) -> String {
    guard let error = ErrorTranslation.userFacing(error) else { return "no answer" }
    return error.causes.first.map { "\(error.message): \($0)" } ?? error.message
  }

  private static func message(in body: [UInt8]) -> String? {
    guard !body.isEmpty else { return nil }
    var value = try? JSONSerialization.jsonObject(with: Data(body))
    if let list = value as? [Any] { value = list.first }
    guard let root = value as? [String: Any] else {
      let start = String(decoding: body.prefix(200), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      return start.hasPrefix("<") ? "it sent a web page" : start
    }
    if let error = root["error"] as? [String: Any] { return error["message"] as? String }
    for name in ["error", "message", "detail"] {
      if let text = root[name] as? String { return text }
    }
    return nil
  }

  private static func clean(_ text: String, secrets: [String]) -> String {
    var text = text
    for secret in secrets where secret.count >= 8 { text = text.replacingOccurrences(of: secret, with: "…") }
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.count > 300 ? line.prefix(300) + "…" : line
  }
}
