import Foundation
import Testing

@testable import Tuner

/// Studies that machines with other bits have begun, with the real program.
@Suite struct MixedMachinesTests {
  private static let name = "bert4rec-grocery-hyper"
  private static let study = PostgreSQLPlace.study + ["--epochs=1"]

  /// A folder with a study whose first trial is made to be another machine's.
  private static func program(cpu: String, set: String) throws -> Program {
    let program = try PostgreSQLPlace.folder()
    let ending = try program.run(study, environment: ["RUN_HYPER_FAULT": "end-committed"])
    #expect(ending.status == -SIGKILL)
    try SQLite.run(
      """
      UPDATE attempt SET cpu = '\(cpu)', instruction_set = '\(set)',
        owner = 'node-7' || substr(owner, instr(owner, '/')) WHERE trial_id = 1
      """, in: program)
    return program
  }

  @Test func `A study of another architecture is refused until it is said that this may be`() throws {
    let program = try Self.program(cpu: "Neoverse-N1", set: "aarch64")
    let before = try SQLite.run("SELECT * FROM trial; SELECT * FROM attempt", in: program)
    for command in [Self.study, ["resume"], ["resume", Self.name]] {
      let ending = try program.run(command)
      #expect(ending.status == 2)
      #expect(ending.errors.contains("error: study '\(Self.name)' has results of machines whose last bits may differ"))
      #expect(ending.errors.contains("or accept the difference (--mixed_machines)\n"))
      #expect(ending.errors.contains("\n  node-7 (Neoverse-N1, aarch64): 1 trial\n"), "\(ending.errors)")
      #expect(ending.errors.contains("): this machine\n"), "\(ending.errors)")
    }
    #expect(try SQLite.run("SELECT * FROM trial; SELECT * FROM attempt", in: program) == before)

    let ending = try program.run(["resume", "--mixed_machines"])
    #expect(ending.status == 0, "\(ending.errors)")
    let note = "of the study (--mixed_machines): node-7 (Neoverse-N1, aarch64): 1 trial\n"
    #expect(ending.errors.contains(note), "\(ending.errors)")
    let shown = try program.run(["show", Self.name, "1"]).output
    #expect(shown.contains("  machine        node-7 (Neoverse-N1, aarch64), attempt 1\n"), "\(shown)")
    #expect(try program.run(["show", Self.name, "2"]).output.contains("  machine        "))
    let story = try program.run(["show", Self.name, "1", "--format=json"]).output
    #expect(story.contains(#""instruction_set" : "aarch64""#) && story.contains(#""host" : "node-7""#), "\(story)")
    let verified = try program.run(["verify"])
    #expect(verified.status == 0, "\(verified.output)")
    #expect(verified.output.contains("  note   attempts        1 attempt on node-7 (Neoverse-N1, aarch64)\n"))
  }

  @Test func `One whose numbers have the same bits goes on, and one machine alone is not shown`() throws {
    let program = try Self.program(cpu: "Opteron", set: "x86-64-v3")
    let ending = try program.run(Self.study)
    #expect(ending.status == 0 && !ending.errors.contains("last bits"), "\(ending.errors)")
    let alone = try PostgreSQLPlace.folder()
    #expect(try alone.run(Self.study).status == 0)
    let machines = "SELECT count(DISTINCT cpu || instruction_set), count(*) FROM attempt"
    #expect(try SQLite.run(machines, in: alone) == "1|4\n")
    #expect(try !alone.run(["show", Self.name, "1"]).output.contains("machine"))
    #expect(try !alone.run(["verify"]).output.contains("note"))
  }
}
