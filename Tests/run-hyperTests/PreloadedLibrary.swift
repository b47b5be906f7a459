import Foundation

/// C functions that stand before those of the C library for one process and its children: what the system does there is what they do.
final class PreloadedLibrary: Sendable {
  /// A folder of its own, as long as this object lives.
  let folder: URL

  private var library: URL { folder.appendingPathComponent("library.so") }

  /// Whether there is a compiler here; Swift's own toolchain has one.
  static let isAvailable = (try? PreloadedLibrary("int run_hyper_nothing;")) != nil

  init(_ source: String) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("run-hyper-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent("library.c")
    try Data(source.utf8).write(to: file)
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = ["clang", "-O1", "-shared", "-fPIC", file.path, "-o", library.path, "-ldl"]
    compiler.standardError = FileHandle.nullDevice
    try compiler.run()
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// What makes the loader take it.
  var environment: [String: String] { ["LD_PRELOAD": library.path] }
}
