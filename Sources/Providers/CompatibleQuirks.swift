import Conversation

extension Quirks {
  /// The protocol as documented, with changes.
  init(_ change: (inout Quirks) -> Void) {
    self.init()
    change(&self)
  }

  /// What providers that offer someone else's protocol have in common, with changes: no `developer` role, function
  /// tools only, none of their own, no stored responses, no compaction, no betas, and a thinking budget rather than the newest switch.
  static func thirdParty(_ change: (inout Quirks) -> Void) -> Quirks {
    Quirks {
      $0.developerRole = false
      $0.customTools = false
      $0.namespaceTools = false
      $0.storesResponses = false
      $0.compaction = false
      $0.hostedTools = false
      $0.stripBetas = true
      $0.thinkingStyle = .budget
      change(&$0)
    }
  }
}

/// A provider of whom nothing is known but its URL.
///
/// It may be a server on somebody's own machine or a relay to OpenAI, so it gets what the plainest server takes and what
/// costs nothing with OpenAI itself. What a client says in the provider's own protocol is left as it is, but for the
/// role `developer`.
public enum UnknownVendor {
  /// The quirks to begin with, of a provider that speaks these protocols.
  ///
  /// Anthropic and Gemini are taken at their word: whoever speaks them mostly relays to them.
  public static func quirks(speaking dialects: [DialectID]) -> Quirks {
    guard dialects.contains(.openAIChat) else { return Quirks() }
    return Quirks {
      // Chat templates refuse other roles than they know; OpenAI takes `system` for the same.
      $0.developerRole = false
      // llama.cpp before 2026, llama-cpp-python, llamafile and KoboldCpp pass over the newer name and never stop.
      $0.maxTokensField = .asSentOrMaxTokens
      if dialects == [.openAIChat] {
        // `type` is `function` or the request is refused.
        $0.customTools = false
        // vLLM refused every other word for long.
        $0.efforts = ["low", "medium", "high"]
      }
    }
  }

  /// What OpenAI's own models need, by whatever way they are reached; a vendor's name may stand before theirs.
  static let modelQuirks: [ModelQuirks] = ["", "*/"].flatMap { prefix -> [ModelQuirks] in
    let newer = ["gpt-5*", "gpt-6*"].map { ModelQuirks(prefix + $0, .customTools(true), .efforts([])) }
    return newer
      + ProviderPreset.openAI.modelQuirks.map { entry in
        var entry = entry
        entry.pattern = prefix + entry.pattern
        return entry
      }
  }
}
