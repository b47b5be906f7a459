import Foundation
import Testing

/// Who owns a trial, when processes are paused, hosts change and clocks are wrong.
@Suite(.serialized) struct IdentityTests {
  private static let study = ["--params_file=hyper.test", "--epochs=3", "--workers=1"] + Pausing.small
  private static let environment = ["RUN_HYPER_CHECKPOINT_SECONDS": "0", "RUN_HYPER_HEARTBEAT_SECONDS": "1"]
  /// Owners elsewhere may be late on a busy machine.
  private static let patient = environment.merging(["RUN_HYPER_HEARTBEAT_SECONDS": "30"]) { $1 }

  private static func program() throws -> Program {
    let program = try Program()
    try program.write("n_layers choice [1,2]\n", to: "hyper.test")
    return program
  }

  private static func board(_ program: Program) throws -> String {
    try program.run(["leaderboard", "--format=csv"]).output
  }

  private static let reference = Result { () throws -> String in
    let program = try IdentityTests.program()
    #expect(try program.run(study).status == 0)
    return try board(program)
  }

  @Test(.enabled(if: Isolation.isAvailable))
  func `A process that sleeps too long on another host loses its trial, and does no harm when it wakes`() throws {
    let program = try Self.program()
    let sleeper = try Isolation.start(
      program, Self.study, environment: Self.environment.merging(Pausing.afterReports(1)) { $1 })
    let number = try Pausing.wait(for: sleeper, isolated: true, in: program)
    let other = try program.run(Self.study, environment: Self.environment)
    #expect(other.status == 0, "\(other.errors)")
    #expect(other.errors.contains("its process died; requeued"), "\(other.errors)")
    let board = try Self.board(program)
    #expect(try board == Self.reference.get())
    Pausing.resume(number)
    sleeper.waitUntilExit()
    #expect(Program.status(of: sleeper) == 0)
    #expect(try Self.board(program) == board)
  }

  @Test(.enabled(if: Isolation.isAvailable))
  func `A process that lives on another host keeps its trial`() throws {
    let program = try Self.program()
    let elsewhere = try Isolation.start(
      program, Self.study, environment: Self.patient.merging(Pausing.afterReports(1)) { $1 })
    let number = try Pausing.wait(for: elsewhere, isolated: true, in: program)
    let errors = try program.errorFile()
    let here = try program.start(
      Self.study, environment: Self.patient, errors: try FileHandle(forWritingTo: errors))
    try Program.wait(for: "waiting for 1 trial of other processes", in: errors, while: here)
    Pausing.resume(number)
    for process in [elsewhere, here] {
      process.waitUntilExit()
      #expect(Program.status(of: process) == 0)
    }
    #expect(try !String(contentsOf: errors, encoding: .utf8).contains("its process died"))
    #expect(try Self.board(program) == Self.reference.get())
  }

  @Test func `A process that is paused here keeps its trial, however long it sleeps`() throws {
    let program = try Self.program()
    let sleeper = try program.start(
      Self.study, environment: Self.environment.merging(Pausing.afterReports(1)) { $1 })
    try Pausing.wait(for: sleeper, in: program)
    let errors = try program.errorFile()
    let other = try program.start(
      Self.study, environment: Self.environment, errors: try FileHandle(forWritingTo: errors))
    try Program.wait(for: "waiting for 1 trial of other processes", in: errors, while: other)
    // Silent for longer than the limit; longer still makes no difference.
    Thread.sleep(forTimeInterval: 2)
    Pausing.resume(sleeper.processIdentifier)
    for process in [sleeper, other] {
      process.waitUntilExit()
      #expect(Program.status(of: process) == 0)
    }
    #expect(try Self.board(program) == Self.reference.get())
    for trial in 1...2 {
      let story = try program.run(["show", "bert4rec-grocery-hyper", "\(trial)"]).output
      #expect(!story.contains("lost") && story.contains("completed"), "\(story)")
    }
  }

  /// What a shell does before the program goes on, under another name of the host, after a restart of the machine as the kernel would
  /// tell of it, or where another process has the number that the dead one had.
  private static let changes = [
    "host": #"exec unshare --uts sh -c 'hostname elsewhere; exec "$0" "$@"' "$0" "$@""#,
    "boot": """
    tr 0-9a-f 1-9a-f0 < /proc/sys/kernel/random/boot_id > boot_id
    exec unshare --mount sh -c 'mount --bind boot_id /proc/sys/kernel/random/boot_id; exec "$0" "$@"' "$0" "$@"
    """,
    "process": """
    exec unshare --pid --fork --mount-proc sh -c '
      last=/proc/sys/kernel/ns_last_pid
      echo 99 > $last; "$0" "$@" & number=$!
      while grep -q "^State:.[^Z]" /proc/$number/status 2> /dev/null; do sleep 0.02; done
      wait $number
      [ $? = 137 ] || exit 8
      unset RUN_HYPER_FAULT
      echo 99 > $last; sleep 60 & [ $! = $number ] || exit 9
      RUN_HYPER_HEARTBEAT_SECONDS=3600 "$0" resume; status=$?
      kill $!; exit $status' "$0" "$@"
    """,
  ]

  @Test(.enabled(if: Isolation.isAvailable), .timeLimit(.minutes(3)), arguments: ["host", "boot", "process"])
  func `The dead are known under another name of the host, after a restart, and when their number is taken`(
    what: String
  )
    throws
  {
    let program = try Self.program()
    let resumed: Program.Ending
    let deadly = Self.environment.merging(Pausing.deathAfterReport(1)) { $1 }
    if what == "process" {
      resumed = try program.run(Self.study, environment: deadly, prelude: Self.changes[what])
    } else {
      #expect(try program.run(Self.study, environment: deadly).status == -SIGKILL)
      // Nobody waits an hour for a sign of life.
      resumed = try program.run(
        ["resume"], environment: ["RUN_HYPER_HEARTBEAT_SECONDS": "3600"], prelude: Self.changes[what])
    }
    #expect(resumed.status == 0 && resumed.errors.contains("its process died"), "\(resumed.errors)")
    #expect(try Self.board(program) == Self.reference.get())
    let owners = try SQLite.run(
      "SELECT count(DISTINCT owner) FROM attempt WHERE trial_id = (SELECT trial_id FROM attempt WHERE ending = 'lost')",
      in: program)
    #expect(owners == "2\n")
  }
}
