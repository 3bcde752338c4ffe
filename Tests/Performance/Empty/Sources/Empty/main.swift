import ArgumentParser
import Crypto
import Foundation
import GRDB
import NIOCore
import NIOHTTP1
import NIOPosix

// One use of each package, so that the linker keeps what any user of it needs.
struct Empty: ParsableCommand {
  @Option var database = ":memory:"

  func run() throws {
    let queue = try DatabaseQueue(path: database)
    let one = try queue.read { try Int.fetchOne($0, sql: "SELECT 1") }
    let key = SymmetricKey(size: .bits256)
    let box = try AES.GCM.seal(Data("one".utf8), using: key)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let bootstrap = ServerBootstrap(group: group)
      .childChannelInitializer { channel in channel.pipeline.configureHTTPServerPipeline() }
    let channel = try bootstrap.bind(host: "127.0.0.1", port: 0).wait()
    try channel.close().wait()
    try group.syncShutdownGracefully()
    print(one ?? 0, box.ciphertext.count)
  }
}

Empty.main()
