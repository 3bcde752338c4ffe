import Testing
import Wire

@Suite struct JSONTests {
  @Test(arguments: [
    #"{"a":1.0,"b":[1E5,-0,18446744073709551616],"a":"\u00e9\/"}"#,
    #"[]"#, #"{}"#, #"[{},[],"",null,true,false]"#, #""plain""#, #"{"":{"":[]}}"#,
  ])
  func writingAViewCopiesItsBytes(text: String) throws {
    #expect(try JSON(parsing: text).text == text)
  }

  @Test func whitespaceBetweenTokensIsLeftOut() throws {
    let value = try JSON(parsing: " { \"a b\" :\t[ 1 ,\n\"x  y\" ] } ")
    #expect(value.text == #"{"a b":[1,"x  y"]}"#)
  }
}
