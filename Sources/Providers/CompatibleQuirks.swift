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
