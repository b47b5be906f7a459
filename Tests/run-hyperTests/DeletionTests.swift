import Foundation
import Testing

/// Deleting studies with the real program.
@Suite struct DeletionTests {
  private static let command = ["--params_file=hyper.test", "--train_batch_size=8192", "--storage=s.sqlite"]

  private static func files(_ program: Program) -> [String] {
    let all = (try? FileManager.default.subpathsOfDirectory(atPath: program.folder.path)) ?? []
    // SQLite's log and index come and go with the processes that read.
    return all.filter { $0.hasPrefix("s.sqlite") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }.sorted()
  }

  @Test func `A study is deleted with its files, and the other one is as it was to the byte`() throws {
    let program = try Program()
    try program.write("n_layers choice [1,2]\n", to: "hyper.test")
    // On a slow machine a trial would write a checkpoint, and with it make their folder.
    let environment = ["RUN_HYPER_CHECKPOINT_SECONDS": "3600"]
    #expect(try program.run(Self.command + ["--study=kept", "--epochs=1"], environment: environment).status == 0)
    func board() throws -> Program.Ending {
      try program.run(["leaderboard", "kept", "--format=csv", "--storage=s.sqlite"])
    }
    let (before, files) = (try board(), Self.files(program))
    #expect(before.output.split(separator: "\n").count == 3)
    #expect(files.contains("s.sqlite.weights/1"))

    #expect(try program.run(Self.command + ["--study=gone", "--epochs=1"], environment: environment).status == 0)
    #expect(Self.files(program).contains("s.sqlite.weights/2"))
    let deleted = try program.run(["studies", "--delete=gone", "--storage=s.sqlite"])
    #expect(deleted.status == 0, "\(deleted.errors)")
    #expect(deleted.errors == "")
    #expect(deleted.output.firstMatch(of: #/^Deleted study gone: 2 trials, the weights of trial [12]\n$/#) != nil)
    #expect(try board().output == before.output)
    #expect(Self.files(program) == files)
    let list = try program.run(["studies", "--storage=s.sqlite"]).output
    #expect(list.contains("kept") && !list.contains("gone"))

    let unknown = try program.run(["studies", "--delete=kep", "--storage=s.sqlite"])
    #expect(unknown.status == 2)
    #expect(unknown.errors == "error: s.sqlite: found no study 'kep'; expected kept\n")
    let json = try program.run(["studies", "--delete=kept", "--format=json", "--storage=s.sqlite"])
    let answer = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(answer["deleted"] as? String == "kept" && answer["trials"] as? Int == 2)
    #expect(answer["checkpoints"] as? Int == 0 && answer["weights_of_trial"] is Int)
    #expect(Self.files(program).allSatisfy { !$0.contains("safetensors") })
  }

  @Test func `A study that runs is not deleted; when it has been interrupted, it is, with its checkpoints`() throws {
    let program = try Program()
    try program.write("n_layers choice [1,2]\n", to: "hyper.test")
    let process = try program.start(
      Self.command + ["--study=long", "--epochs=100000", "--stopping_step=100000", "--workers=2"],
      environment: ["RUN_HYPER_CHECKPOINT_SECONDS": "0"])
    try SQLite.wait(until: "count(*) > 0 FROM checkpoint", in: program, storage: "s.sqlite", while: process)
    let refused = try program.run(["studies", "--delete=long", "--storage=s.sqlite"])
    #expect(refused.status == 2)
    #expect(
      refused.errors.hasPrefix("error: s.sqlite: found a running study, 'long': trial")
        && refused.errors.hasSuffix("; expected a stopped study\n"), "\(refused.errors)")
    #expect(refused.errors.contains("in process \(process.processIdentifier) on "))
    #expect(process.isRunning)
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(Program.status(of: process) == 130)

    #expect(Self.files(program).contains { $0.hasSuffix(".checkpoint") })
    let deleted = try program.run(["studies", "--delete=long", "--storage=s.sqlite"])
    #expect(deleted.output.firstMatch(of: #/^Deleted study long: 2 trials, [12] checkpoints?\n$/#) != nil)
    #expect(Self.files(program).allSatisfy { !$0.hasSuffix(".checkpoint") })
    let left = try program.run(["studies", "--format=json", "--storage=s.sqlite"]).output
    #expect(left.filter { !$0.isWhitespace } == "[]")
  }

  @Test func `Where there is no database none is made`() throws {
    let program = try Program()
    let ending = try program.run(["studies", "--delete=x"])
    #expect(ending.status == 2)
    #expect(ending.errors.contains("studies/studies.sqlite: found no such file"))
    #expect(!program.exists("studies"))
  }
}
