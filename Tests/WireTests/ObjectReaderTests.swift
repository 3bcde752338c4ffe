import Testing
import Wire

@Suite struct ObjectReaderTests {
  @Test func whatIsTakenIsGoneAndTheRestStaysInOrder() throws {
    var reader = ObjectReader(try JSON(parsing: #"{"x":1,"model":"m","y":2,"n":3,"flag":true,"z":1.50}"#))
    #expect(reader.takeString("model") == "m")
    #expect(reader.takeInt("n") == 3)
    #expect(reader.takeBool("flag") == true)
    #expect(reader.takeNumber("z")?.lexeme == "1.50")
    #expect(reader.take("absent") == nil)
    #expect(reader.residue.rest.map(\.key) == ["x", "y"])
  }

  @Test func aMemberOfAnotherKindIsLeft() throws {
    var reader = ObjectReader(try JSON(parsing: #"{"a":1,"b":"1","c":1.5,"d":"true"}"#))
    #expect(reader.takeString("a") == nil)
    #expect(reader.takeInt("b") == nil)
    #expect(reader.takeInt("c") == nil)
    #expect(reader.takeBool("d") == nil)
    #expect(reader.residue.rest.count == 4)
  }

  @Test func nullCountsAsAbsentAndStays() throws {
    var reader = ObjectReader(try JSON(parsing: #"{"a":null,"b":null}"#))
    #expect(reader.take("a") == nil)
    #expect(reader.peek("a") == nil)
    reader.discard("b")
    #expect(reader.residue.rest.map(\.key) == ["a"])
  }

  @Test func theLastOfDuplicatesCountsAndAllAreTaken() throws {
    var reader = ObjectReader(try JSON(parsing: #"{"a":1,"b":0,"a":2}"#))
    #expect(reader.peek("a")?.int == 2)
    #expect(reader.takeInt("a") == 2)
    #expect(reader.residue.rest.map(\.key) == ["b"])
  }

  @Test func aLastDuplicateThatIsNullCountsAsAbsentForTakingAndLooking() throws {
    var reader = ObjectReader(try JSON(parsing: #"{"a":1,"a":null}"#))
    #expect(reader.peek("a") == nil)
    #expect(reader.take("a") == nil)
    #expect(reader.residue.rest.count == 2)
  }

  @Test func objectsOfMoreThanSixtyFourMembersAreRemembered() throws {
    let value = JSON { writer in
      writer.object { for index in 0..<200 { $0.key(named: "k\(index)"); $0.int(index) } }
    }
    var reader = ObjectReader(value)
    #expect(reader.takeInt("k0") == 0)
    #expect(reader.takeInt("k63") == 63)
    #expect(reader.takeInt("k64") == 64)
    #expect(reader.takeInt("k199") == 199)
    let taken: Set = [0, 63, 64, 199]
    #expect(reader.residue.rest.compactMap(\.value.int) == (0..<200).filter { !taken.contains($0) })
    for index in 0..<200 { #expect(reader.residue.isTaken(at: index) == taken.contains(index)) }
  }

  @Test func anotherKindReadsAsAnEmptyObject() throws {
    var reader = ObjectReader(try JSON(parsing: "[1]"))
    #expect(reader.take("a") == nil)
    #expect(reader.residue.rest.isEmpty)
  }
}
