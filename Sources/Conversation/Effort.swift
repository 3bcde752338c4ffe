/// Reasoning effort as words and as token budgets, for protocols that know only one of the two.
public enum Effort {
  /// A thinking budget that stands for a word; nil for `none` and words nobody knows.
  public static func budget(for effort: String) -> Int? {
    switch effort {
    case "minimal": 1024
    case "low": 2048
    case "medium": 8192
    case "high": 24_576
    case "xhigh": 32_768
    case "max", "ultra": 65_536
    default: nil
    }
  }

  /// The word that stands for a thinking budget; 0 is `none`, negative (Gemini's "as you like") is nil.
  public static func word(forBudget budget: Int) -> String? {
    switch budget {
    case ..<0: nil
    case 0: "none"
    case ...2048: "low"
    case ...8192: "medium"
    case ...24_576: "high"
    default: "xhigh"
    }
  }
}

extension ReasoningRequest {
  /// The effort as a word, taken from the budget where only that was given; nil where neither says.
  public var effortWord: String? {
    if isEnabled == false { return "none" }
    if let effort { return effort }
    return budgetTokens.flatMap { Effort.word(forBudget: $0) }
  }

  /// The budget in tokens, taken from the effort where only that was given; nil where neither says.
  public var budget: Int? {
    if let budgetTokens, budgetTokens >= 0 { return budgetTokens }
    return effort.flatMap { Effort.budget(for: $0) }
  }

  /// Whether reasoning was asked for: nil leaves it to the model.
  public var isWanted: Bool? {
    if let isEnabled { return isEnabled }
    if isAdaptive { return true }
    if let effort { return effort != "none" }
    return budgetTokens.map { $0 != 0 }
  }
}
