import Conversation
import Providers
import Routing
import Testing

@Suite("Plans are remembered for a snapshot")
struct PlanMemoryTests {
  private func snapshot(_ provider: String) -> Snapshot {
    let endpoint = Endpoint(.openAIChat, "http://127.0.0.1:1/v1", authentication: .none)
    return Snapshot(
      generation: 1,
      providers: [ProviderEntry(provider: Provider(name: provider, endpoints: [endpoint]), credentials: [])],
      groups: [
        Group(name: "main", routes: [Route(pattern: "default", targets: [RouteTarget(provider: provider, model: "")])])
      ],
      defaultGroup: "main", settings: GatewaySettings())
  }

  private func provider(_ snapshot: Snapshot, _ model: String) throws -> [String] {
    try RoutePlanner.plan(model: model, group: nil, snapshot: snapshot, client: .openAIChat)
      .candidates.map { "\($0.provider.name)/\($0.model)" }
  }

  @Test("The same question has the same answer, and another snapshot its own")
  func repeats() throws {
    let first = snapshot("one")
    #expect(try provider(first, "m") == ["one/m"])
    #expect(try provider(first, "m") == ["one/m"])
    #expect(try provider(snapshot("two"), "m") == ["two/m"])
  }

  @Test("However many models are asked for, each is planned right")
  func manyNames() throws {
    let snapshot = snapshot("one")
    for round in 0..<2 {
      for number in 0..<600 { #expect(try provider(snapshot, "m\(number)") == ["one/m\(number)"], "round \(round)") }
    }
  }
}
