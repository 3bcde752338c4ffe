import Console
import Foundation
import Testing

struct StreamTests {
  @Test func `a closed reader is told apart from other failures`() throws {
    signal(SIGPIPE, SIG_IGN)
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let output = TextOutput(
      descriptor: pipe.fileHandleForWriting.fileDescriptor, isTerminal: false, columns: nil,
      style: Style(isColored: false))
    #expect(throws: ConsoleError.brokenPipe) { try output.write("x") }
  }

  @Test func `everything that is written arrives, however much`() throws {
    let pipe = Pipe()
    let text = String(repeating: "0123456789abcdef\n", count: 20_000)
    // One of its own: the handle closes its descriptor once more, whoever has the number by then.
    let descriptor = dup(pipe.fileHandleForWriting.fileDescriptor)
    try pipe.fileHandleForWriting.close()
    Thread.detachNewThread {
      let output = TextOutput(
        descriptor: descriptor, isTerminal: false, columns: nil, style: Style(isColored: false))
      try? output.write(text)
      close(descriptor)
    }
    let received = try #require(try pipe.fileHandleForReading.readToEnd())
    #expect(String(decoding: received, as: UTF8.self) == text)
  }

  @Test(arguments: [("token\n", 100, "token\n"), ("", 10, ""), ("größe", 10, "größe")] as [(String, Int, String)])
  func `standard input is read to its end`(given: String, limit: Int, expected: String) throws {
    #expect(try input(Data(given.utf8)).readAll(limit: limit) == expected)
  }

  @Test func `too much input and input that is no text are refused`() throws {
    #expect(throws: ConsoleError.self) { try input(Data(repeating: 65, count: 5000)).readAll(limit: 4999) }
    #expect(throws: ConsoleError.self) { try input(Data([0x61, 0xFF, 0x62])).readAll(limit: 10) }
  }

  private func input(_ data: Data) throws -> TextInput {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: data)
    try pipe.fileHandleForWriting.close()
    // The handle closes its descriptor with the pipe: the input gets its own.
    return TextInput(descriptor: dup(pipe.fileHandleForReading.fileDescriptor), isTerminal: false)
  }
}
