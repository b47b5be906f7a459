import Literals
import Testing

@testable import Tuner

/// The documents for programs are these bytes.
@Suite struct ReportDocumentTests {
  private func study(_ space: String = "a choice [1,2]") throws -> Study {
    Study(id: 1, definition: try makeStudy(space, metric: "hit@1").definition, createdAt: "2026-01-31T12:00:00.000Z")
  }

  @Test func `A trial`() throws {
    let story = TrialStory(
      study: "toy/é\u{1B}", trial: 2, state: .failed, isShelved: false,
      hyperparameters: [
        "rate": .number(2), "n_layers": .integer(3), "sizes": .list([.integer(64), .null]), "on": .boolean(true),
        "act": .text("gelu"),
      ], failureKind: "ToyError", failureMessage: "line 1\n\"2\"", value: 0.1 + 0.2, bestEpoch: nil,
      trainingSeconds: 1, startedAt: "s", finishedAt: nil, repeated: (trial: 1, seed: 8),
      attempts: [
        TrialAttempt(
          number: 1, owner: "host/1", startedAt: "s", endedAt: nil, ending: nil, seconds: 0.5, fromEpoch: 0, note: nil)
      ],
      rungs: [
        TrialStory.Rung(
          decision: PruningDecision(trial: 2, bracket: 0, epoch: 1, value: nil, action: .stop), pruner: "asha(1,3)",
          decidedAt: "d", rank: 1, count: 2)
      ], curve: [CurvePoint(epoch: 1, metric: "train.loss", value: nil)],
      metrics: [
        SplitMetric(split: "test", name: "hit@1", value: nil), SplitMetric(split: "test", name: "MRR@1", value: 1e-05),
      ])
    #expect(
      try JSONText.of(TrialDocument(story)) == #"""
        {
          "attempts" : [
            {
              "attempt" : 1,
              "from_epoch" : 0,
              "owner" : "host/1",
              "seconds" : 0.5,
              "started" : "s"
            }
          ],
          "curve" : [
            {
              "epoch" : 1,
              "metric" : "train.loss"
            }
          ],
          "failure_kind" : "ToyError",
          "failure_message" : "line 1\n\"2\"",
          "metrics" : {
            "test" : {
              "MRR@1" : 1e-05,
              "hit@1" : null
            }
          },
          "parameters" : {
            "act" : "gelu",
            "n_layers" : 3,
            "on" : true,
            "rate" : 2,
            "sizes" : [
              64,
              null
            ]
          },
          "repeats" : 1,
          "rungs" : [
            {
              "at" : "d",
              "bracket" : 0,
              "decision" : "stop",
              "epoch" : 1,
              "of" : 2,
              "pruner" : "asha(1,3)",
              "rank" : 1
            }
          ],
          "seed" : 8,
          "shelved" : false,
          "started" : "s",
          "state" : "failed",
          "study" : "toy/é\u001b",
          "training_seconds" : 1,
          "trial" : 2,
          "value" : 0.30000000000000004
        }
        """#)
  }

  @Test func `Numbers of a trial that are not finite are missing`() throws {
    var story = TrialStory(
      study: "s", trial: 1, state: .completed, isShelved: false, hyperparameters: ["rate": .number(.infinity)],
      failureKind: nil, failureMessage: nil, value: .infinity, bestEpoch: nil, trainingSeconds: .infinity,
      startedAt: nil, finishedAt: nil, repeated: nil,
      attempts: [
        TrialAttempt(
          number: 1, owner: "host/1", startedAt: "s", endedAt: nil, ending: nil, seconds: .infinity, fromEpoch: 0,
          note: nil)
      ],
      rungs: [
        TrialStory.Rung(
          decision: PruningDecision(trial: 1, bracket: 0, epoch: 1, value: -.infinity, action: .stop), pruner: "p",
          decidedAt: "d", rank: 1, count: 2)
      ], curve: [CurvePoint(epoch: 1, metric: "train.loss", value: .nan)],
      metrics: [SplitMetric(split: "test", name: "hit@1", value: .nan)])
    story.cost = .infinity
    let text = try JSONText.of(TrialDocument(story))
    #expect(text.contains("\"rate\" : null") && text.contains("\"hit@1\" : null"))
    for name in ["value", "training_seconds", "seconds", "cost_tflop"] { #expect(!text.contains("\"\(name)\"")) }
  }

  @Test func `A list of studies, and a deletion`() throws {
    var counts = StudyCounts()
    (counts.completed, counts.running, counts.pending, counts.shelved) = (2, 1, 3, 4)
    var states = StateSizes()
    (states.bytes, states.prunedBytes, states.weightBytes) = (30, 20, 5)
    let summary = StudySummary(
      study: try study(), counts: counts, isOver: false, best: (trial: 7, value: 0.25), states: states)
    #expect(
      try JSONText.of([StudyDocument(summary)]) == """
        [
          {
            "best_trial" : 7,
            "best_value" : 0.25,
            "completed" : 2,
            "created" : "2026-01-31T12:00:00.000Z",
            "dataset" : "toys",
            "diverged" : 0,
            "ended" : 2,
            "failed" : 0,
            "metric" : "hit@1",
            "model" : "Toy",
            "pending" : 3,
            "pruned" : 0,
            "pruned_state_bytes" : 20,
            "running" : 1,
            "shelved" : 4,
            "state" : "running",
            "state_bytes" : 35,
            "study" : "toy",
            "trials" : 6
          }
        ]
        """)
    #expect(
      try JSONText.of(
        DeletionDocument(StudyParts(name: "toy", trials: 6, checkpoints: 1, weightsOfTrial: nil))) == """
          {
            "checkpoints" : 1,
            "deleted" : "toy",
            "trials" : 6
          }
          """)
    #expect(
      try JSONText.of(
        CopyDocument(StudyParts(name: "toy", trials: 6, checkpoints: 1, weightsOfTrial: 2), to: "b.sqlite")) == """
          {
            "checkpoints" : 1,
            "copied" : "toy",
            "to" : "b.sqlite",
            "trials" : 6,
            "weights_of_trial" : 2
          }
          """)
  }

  @Test func `A verification`() throws {
    var check = Verification.Check("cells")
    check.summary = "2 cells"
    check.notes = ["1 trial shelved"]
    check.fail("trial 1", found: "nothing", expected: "something")
    var verification = Verification(database: [])
    verification.studies = [Verification.StudyChecks(study: "toy", checks: [check])]
    #expect(
      try JSONText.of(VerificationDocument(verification)) == """
        {
          "database" : [

          ],
          "is_sound" : false,
          "problems" : 1,
          "studies" : [
            {
              "checks" : [
                {
                  "check" : "cells",
                  "is_sound" : false,
                  "notes" : [
                    "1 trial shelved"
                  ],
                  "problems" : [
                    {
                      "expected" : "something",
                      "found" : "nothing",
                      "place" : "trial 1"
                    }
                  ],
                  "summary" : "2 cells"
                }
              ],
              "study" : "toy"
            }
          ]
        }
        """)
  }

  /// Trials that hit some of 10 users.
  private func finished(_ hits: [Int]) throws -> FinishedTrials {
    let study = try study()
    return FinishedTrials(
      study: study, split: "valid", name: "hit@1", metric: try #require(RankMetric("hit@1")),
      ranking: study.definition.ranking(isRepeatable: nil),
      trials: hits.enumerated().map { index, hits in
        FinishedTrials.Trial(
          number: index + 1, hyperparameters: ["a": .integer(index + 1), "b": .text("x")],
          values: (0..<10).map { $0 < hits ? 1 : 0 })
      })
  }

  @Test func `A comparison`() throws {
    let trials = try finished([4, 4])
    let answer = try ComparisonDocument(trials, try trials.trial(1), try trials.trial(2))
    #expect(answer.differences == ["a 1 and 2"])
    let text = try JSONText.of(answer)
    #expect(
      text.contains(
        """
        {
          "difference" : 0,
          "equal" : 10,
          "first" : 1,
          "first_better" : 0,
          "first_value" : 0.4,
          "high" : 0.
        """), "\(text)")
    #expect(
      text.hasSuffix(
        """
          "metric" : "hit@1",
          "p_value" : 1,
          "second" : 2,
          "second_better" : 0,
          "second_value" : 0.4,
          "split" : "valid",
          "study" : "toy",
          "users" : 10
        }
        """), "\(text)")
    let error = #expect(throws: ReportError.self) { try trials.trial(3) }
    #expect(error?.description == "toy: found no completed trial 3; expected one of 1, 2")
    let none = #expect(throws: ReportError.self) { try finished([]).trial(1) }
    #expect(none?.description == "toy: found no completed trial 1; no trial has completed yet")
  }

  @Test func `Importance`() throws {
    let answer = try ImportanceDocument(finished([2, 8]))
    #expect(answer.isExact && answer.effects.map(\.parameters) == [["a"]] && answer.effects[0].measured == 1)
    let text = try JSONText.of(answer)
    #expect(text.hasPrefix("{\n  \"effects\" : [\n    {\n      \"fraction\" : "), "\(text)")
    #expect(
      text.hasSuffix(
        """
          "rest" : 0,
          "split" : "valid",
          "study" : "toy",
          "trials" : 2,
          "users" : 10,
          "values" : [
            {
              "mean" : 0.2,
              "parameter" : "a",
              "value" : "1"
            },
            {
              "mean" : 0.8,
              "parameter" : "a",
              "value" : "2"
            }
          ]
        }
        """), "\(text)")
    let error = #expect(throws: ReportError.self) { try ImportanceDocument(finished([3, 3])) }
    #expect(error?.description == "toy: found the same hit@1 in all 2 trials; expected trials that differ")
  }

  @Test(arguments: [
    ("vm/2caf4a40-e5a1/4026531836/21452/201458/1", "vm · process 21452 · worker 1"), ("host/1", nil),
    ("vm/b/1/21452/201458", nil), ("", nil),
  ])
  func `An owner is shown as host, process and worker`(owner: String, expected: String?) {
    let attempt = TrialAttempt(
      number: 1, owner: owner, startedAt: "s", endedAt: nil, ending: nil, seconds: 0, fromEpoch: 0, note: nil)
    #expect(attempt.ownerParts?.description == expected)
  }
}
