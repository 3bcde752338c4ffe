import TestSupport
import Testing
import Wire

@Suite struct NameTableTests {
  private static let names = [
    "items", "type", "$ref", "$defs", "a", "b", "ab", "ba", "unevaluatedProperties", "unevaluatedItems", "é", "",
  ]
  private static let table = NameTable(names)

  @Test func everyNameIsFoundAndNoOther() {
    for (place, name) in Self.names.enumerated() { #expect(Self.table.place(of: name) == place) }
    for name in ["item", "itemss", "Type", "$", "c", "e\u{301}", "unevaluatedPropertiez"] {
      #expect(Self.table.place(of: name) == nil, "\(name)")
    }
  }

  @Test func manyNamesAreToldApart() {
    let names = (0..<500).map { "name\($0)" }
    let table = NameTable(names)
    for (place, name) in names.enumerated() { #expect(table.place(of: name) == place) }
    #expect(table.place(of: "name500") == nil)
  }

  @Test func membersAreToldWithTheirNames() throws {
    let object = try JSON(parsing: #"{"type":1,"x":2,"typ\u0065":3,"items":[]}"#)
    var found: [Int?] = []
    var values: [String] = []
    object.forEachMember(in: Self.table) { name, value in
      found.append(name)
      values.append(value.text)
      return values.count < 3
    }
    #expect(found == [1, nil, 1])
    #expect(values == ["1", "2", "3"])
    try JSON(parsing: "[1]").forEachMember(in: Self.table) { _, _ in
      Issue.record("an array has no members")
      return true
    }
  }
}
