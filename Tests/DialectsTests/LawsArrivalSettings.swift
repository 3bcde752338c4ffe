import Conversation
import Dialects
import TestSupport
import Wire

// Settings of a request: each arrives as it was, or a loss names it.

extension LawsArrival {
  /// One setting: how it reads as text (nil where unset), and what a loss may name, in the client's words.
  private struct Wish: Sendable {
    var fields: [Setting]
    var value: @Sendable (ConversationRequest) -> String?

    init(_ fields: Setting..., value: @escaping @Sendable (ConversationRequest) -> String?) {
      self.fields = fields
      self.value = value
    }
  }

  private static let wishes: [Wish] = [
    Wish(.maxOutputTokens) { $0.sampling.maxOutputTokens?.lexeme },
    Wish(.temperature) { $0.sampling.temperature?.lexeme },
    Wish(.topP) { $0.sampling.topP?.lexeme },
    Wish(.topK) { $0.sampling.topK?.lexeme },
    Wish(.seed) { $0.sampling.seed?.lexeme },
    Wish(.presencePenalty) { LawsArrival.nonzero($0.sampling.presencePenalty) },
    Wish(.frequencyPenalty) { LawsArrival.nonzero($0.sampling.frequencyPenalty) },
    Wish(.stop) { $0.sampling.stop.isEmpty ? nil : "\($0.sampling.stop)" },
    // Several answers are refused where they cannot be had.
    Wish { request in
      request.sampling.candidateCount.flatMap { $0 == 1 ? nil : "\($0)" }
    },
    Wish(.logprobs) { $0.sampling.logprobs == true ? "true" : nil },
    Wish(.topLogprobs) { request in
      request.sampling.topLogprobs.flatMap { $0 == 0 ? nil : "\($0)" }
    },
    Wish(.logitBias) { $0.sampling.logitBias?.isEmpty == false ? "set" : nil },
    Wish(.parallelToolCalls) { request in
      // Says nothing where there are no tools, and true is what everyone does.
      request.tools.isEmpty || request.parallelToolCalls != false ? nil : "false"
    },
    Wish(.verbosity) { $0.verbosity == "medium" ? nil : $0.verbosity },
    Wish(.serviceTier) {
      ["auto", "default", "standard"].contains($0.serviceTier) ? nil : $0.serviceTier
    },
    Wish(.cacheKey) { $0.cacheKey },
    Wish(.userID) { $0.userID },
    Wish(.metadata) { $0.metadata?.members.isEmpty == false ? "set" : nil },
    Wish(.store) { $0.store == true ? "true" : nil },
    Wish(.outputFormat) { request in
      switch request.outputFormat {
      case .jsonObject: "object"
      case .jsonSchema(let format): format.schema == nil ? "object" : "schema"
      case nil, .text: nil
      }
    },
    Wish(.reasoning, .effort, .thinkingBudget) { request in
      guard let reasoning = request.reasoning, let isWanted = reasoning.isWanted else { return nil }
      // Models that think do so unless told not to: that it may think, without how much, needs no word.
      if isWanted, reasoning.effort == nil, reasoning.budgetTokens ?? -1 < 0 { return nil }
      return isWanted ? "on" : "off"
    },
    Wish(.toolChoice) { request in
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
    guard let client = source.extensions.map({ DialectCatalog.dialect($0.dialect) }) else { return }
    for wish in Self.wishes {
      if isEmulated(wish) || isImplied(wish) { continue }
      guard let wanted = wish.value(source) else { continue }
      let got = wish.value(result)
      if got == wanted || isSameNumber(wanted, got) { continue }
      let names = wish.fields.flatMap(client.names(of:))
      if !crossing.losses.name(names) {
        broken.append("setting \(names.first ?? "n"): \(wanted) became \(got ?? "nothing")")
      }
    }
  }

  /// A JSON mode without a schema stands behind a forced tool at Anthropic; the answer is turned back.
  private func isEmulated(_ wish: Wish) -> Bool {
    guard wish.fields == [.outputFormat] || wish.fields == [.toolChoice] else { return false }
    return result.tools.contains { $0.name == "json_object" } && result.tools.count == source.tools.count + 1
  }

  /// A choice among tools that all are declared losses; and one that only the allowed tools are left for.
  private func isImplied(_ wish: Wish) -> Bool {
    guard wish.fields == [.toolChoice] else { return false }
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
