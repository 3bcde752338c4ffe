import Conversation

extension ToolChoice {
  /// The choice as far as it is one among `names`, the tools that go out; nil where nothing of it can be said.
  ///
  /// Upstreams refuse a choice of a tool they were not given, and any choice where they were given none.
  func among(_ names: Set<String>, losses: inout Losses) -> ToolChoice? {
    switch self {
    case .auto, .none: return self
    case .required, .opaque:
      guard names.isEmpty else { return self }
      losses.add(.toolChoice, "there is no tool to choose")
      return nil
    case .tool(let name, _):
      if names.contains(name) { return self }
      losses.add(
        .toolChoice, names.isEmpty ? "there is no tool to choose" : "`\(name)` is not among the tools that go out")
      return nil
    case .allowed(let allowed, let required):
      let known = allowed.filter(names.contains)
      if known.count == allowed.count { return self }
      guard !known.isEmpty else {
        losses.add(.toolChoice, "there is no tool to choose")
        return names.isEmpty ? nil : ToolChoice.none
      }
      return .allowed(names: known, required: required)
    }
  }
}
