import Conversation
import Dialects
import TestSupport
import Wire

// Settings of a request: each arrives as it was, or a loss names it.

extension LawsArrival {
  /// One setting: how it reads as text (nil where unset), and the words a loss may name it by.
  private struct Setting: Sendable {
    var words: [String]
    var value: @Sendable (ConversationRequest) -> String?
  }

  private static let settings: [Setting] = [
    Setting(words: ["max_tokens", "max tokens"]) { $0.sampling.maxOutputTokens?.lexeme },
    Setting(words: ["temperature"]) { $0.sampling.temperature?.lexeme },
    Setting(words: ["top_p", "topP"]) { $0.sampling.topP?.lexeme },
    Setting(words: ["top_k", "topK"]) { $0.sampling.topK?.lexeme },
    Setting(words: ["seed"]) { $0.sampling.seed?.lexeme },
    Setting(words: ["presence_penalty", "presence penalty"]) { LawsArrival.nonzero($0.sampling.presencePenalty) },
    Setting(words: ["frequency_penalty", "frequency penalty"]) { LawsArrival.nonzero($0.sampling.frequencyPenalty) },
    Setting(words: ["stop"]) { $0.sampling.stop.isEmpty ? nil : "\($0.sampling.stop)" },
    Setting(words: ["candidate", "n"]) { request in
      request.sampling.candidateCount.flatMap { $0 == 1 ? nil : "\($0)" }
    },
    Setting(words: ["logprobs"]) { $0.sampling.logprobs == true ? "true" : nil },
    Setting(words: ["logprobs"]) { request in
      request.sampling.topLogprobs.flatMap { $0 == 0 ? nil : "\($0)" }
    },
    Setting(words: ["logit_bias"]) { $0.sampling.logitBias?.isEmpty == false ? "set" : nil },
    Setting(words: ["parallel_tool_calls"]) { request in
      // Says nothing where there are no tools, and true is what everyone does.
      request.tools.isEmpty || request.parallelToolCalls != false ? nil : "false"
    },
    Setting(words: ["verbosity", "text"]) { $0.verbosity == "medium" ? nil : $0.verbosity },
    Setting(words: ["service_tier"]) {
      ["auto", "default", "standard"].contains($0.serviceTier) ? nil : $0.serviceTier
    },
    Setting(words: ["prompt_cache_key"]) { $0.cacheKey },
    Setting(words: ["user", "metadata"]) { $0.userID },
    Setting(words: ["metadata"]) { $0.metadata?.members.isEmpty == false ? "set" : nil },
    Setting(words: ["store"]) { $0.store == true ? "true" : nil },
    Setting(words: ["output format", "response_format", "responseSchema", "schema"]) { request in
      switch request.outputFormat {
      case .jsonObject: "object"
      case .jsonSchema(let format): format.schema == nil ? "object" : "schema"
      case nil, .text: nil
      }
    },
    Setting(words: ["reasoning", "thinking", "effort"]) { request in
      guard let reasoning = request.reasoning, let isWanted = reasoning.isWanted else { return nil }
      // Models that think do so unless told not to: that it may think, without how much, needs no word.
      if isWanted, reasoning.effort == nil, reasoning.budgetTokens ?? -1 < 0 { return nil }
      return isWanted ? "on" : "off"
    },
    Setting(words: ["tool_choice"]) { request in
      guard !request.tools.isEmpty else { return nil }
      switch request.toolChoice {
      case nil, .auto: return nil
      case .some(.none): return "none"
      case .required: return "required"
      case .tool: return "tool"
      case .allowed(_, let required): return "allowed \(required)"
      case .opaque: return "opaque"
      }
    },
  ]

  private static func nonzero(_ number: JSONNumber?) -> String? {
    number.flatMap { $0.double == 0 ? nil : $0.lexeme }
  }

  mutating func checkSettings() {
    for setting in Self.settings {
      if isEmulated(setting) || isImplied(setting) { continue }
      guard let wanted = setting.value(source) else { continue }
      let got = setting.value(result)
      if got == wanted || isSameNumber(wanted, got) { continue }
      let isNamed = crossing.losses.list.contains { loss in setting.words.contains { loss.path.contains($0) } }
      if !isNamed { broken.append("setting \(setting.words[0]): \(wanted) became \(got ?? "nothing")") }
    }
  }

  /// A JSON mode without a schema stands behind a forced tool at Anthropic; the answer is turned back.
  private func isEmulated(_ setting: Setting) -> Bool {
    guard setting.words[0] == "output format" || setting.words[0] == "tool_choice" else { return false }
    return result.tools.contains { $0.name == "json_object" } && result.tools.count == source.tools.count + 1
  }

  /// A choice among tools that all are declared losses; and one that only the allowed tools are left for.
  private func isImplied(_ setting: Setting) -> Bool {
    guard setting.words[0] == "tool_choice" else { return false }
    if result.tools.isEmpty { return true }
    guard case .allowed(let names, let required) = source.toolChoice else { return false }
    let functions = result.tools.filter { if case .function = $0.kind { true } else { false } }
    guard functions.allSatisfy({ names.contains($0.name) }) else { return false }
    switch result.toolChoice {
    case .required: return required
    case nil, .auto: return !required
    default: return false
    }
  }

  private func isSameNumber(_ left: String, _ right: String?) -> Bool {
    guard let right, let one = Double(left), let other = Double(right) else { return false }
    return one == other
  }
}
