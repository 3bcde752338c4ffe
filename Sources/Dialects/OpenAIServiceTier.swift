/// The tier that answered, in the words of OpenAI's two protocols.
///
/// https://developers.openai.com/api/reference/resources/responses, `service_tier`
enum OpenAIServiceTier {
  /// OpenAI's word for a vendor's tier; nil for none and for tiers OpenAI has not.
  static func word(for tier: String?) -> String? {
    switch tier {
    case "auto", "default", "flex", "scale", "priority", "fast": tier
    case "standard": "default"
    default: nil
    }
  }
}
