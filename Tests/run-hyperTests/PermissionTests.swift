import Foundation
import Testing

/// Files and folders have the permissions that the user's umask leaves, and never more than others may have by default.
@Suite struct PermissionTests {
  @Test(arguments: [("022", 0o022), ("077", 0o077), ("027", 0o027)])
  func `What a study writes is open to nobody whom the umask excludes`(umask: String, mask: Int) throws {
    let program = try Program()
    try program.write("n_layers choice [1,2]\n", to: "hyper.test")
    let before = Set(try FileManager.default.subpathsOfDirectory(atPath: program.folder.path))
    let arguments = [
      "--params_file=hyper.test", "--train_batch_size=8192", "--output_file=all.result", "--display_file=charts.html",
    ]
    #expect(try program.run(arguments + ["--epochs=2"], prelude: "umask \(umask)").status == 0)
    let train = ["train", "--train_batch_size=8192", "--epochs=1", "--save=w.safetensors"]
    #expect(try program.run(train, prelude: "umask \(umask)").status == 0)
    // A study that is interrupted leaves its checkpoints and SQLite's log.
    let process = try program.start(
      arguments + ["--epochs=100000", "--stopping_step=100000", "--study=long"],
      environment: ["RUN_HYPER_CHECKPOINT_SECONDS": "0"], prelude: "umask \(umask)")
    func paths() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: program.folder.path).filter { !before.contains($0) }
    }
    try Program.wait(until: "there is a checkpoint", while: process) {
      try paths().contains { $0.hasSuffix(".checkpoint") }
    }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    let made = try paths()
    for piece in ["studies.sqlite", ".checkpoint", ".safetensors", "all.result", "charts.html", "w.safetensors"] {
      #expect(made.contains { $0.hasSuffix(piece) }, "\(piece) is not among \(made)")
    }
    for path in made where !path.hasPrefix(".output-") && !path.hasPrefix(".errors-") {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: program.folder.appendingPathComponent(path).path)
      let mode = try #require(attributes[.posixPermissions] as? Int)
      #expect(mode & mask == 0 && mode & 0o002 == 0, "\(path) has mode \(String(mode, radix: 8))")
    }
  }
}
