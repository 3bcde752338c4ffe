import Counting

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

// `Instructions FOLDER [TIMES [NAME]]`: does every operation, or those whose names begin with NAME, TIMES times (3)
// after twice for nothing, over the inputs in FOLDER. Under callgrind each operation's instructions go to a dump of its name; `instructions.py` reads these.

/// No Foundation here: it would be most of what valgrind has to load.
private func contents(_ path: String) throws -> [UInt8] {
  guard let file = fopen(path, "rb") else { throw Unexpected("\(path) cannot be read") }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
  return bytes
}

let arguments = CommandLine.arguments
guard arguments.count > 1 else { fatalError("usage: Instructions FOLDER [TIMES]") }
let folder = arguments[1]
let times = arguments.count > 2 ? Int(arguments[2]) ?? 1 : 3
let wanted = arguments.count > 3 ? arguments[3] : ""
for operation in try Operations(input: { try contents("\(folder)/\($0)") }).all()
where wanted.isEmpty || operation.name.hasPrefix(wanted) {
  for _ in 0..<2 { _ = try operation.run() }
  var size = 0
  counting_begin()
  for _ in 0..<times { size += try operation.run() }
  counting_end(operation.name)
  guard size > 0 else { throw Unexpected("\(operation.name) gives nothing") }
  print(operation.name, size / times)
}
