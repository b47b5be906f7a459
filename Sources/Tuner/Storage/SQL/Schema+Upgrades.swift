extension Schema {
  /// Each study has its own folder for weights, so file names are unique only within a study.
  static let version2 = """
    CREATE TABLE weights_of_any_study (
      trial_id INTEGER PRIMARY KEY REFERENCES trial (id) ON DELETE CASCADE,
      file TEXT NOT NULL,
      bytes INTEGER NOT NULL CHECK (bytes >= 0),
      sha256 TEXT NOT NULL CHECK (length(sha256) = 64)
    ) STRICT;
    INSERT INTO weights_of_any_study SELECT trial_id, file, bytes, sha256 FROM weights;
    DROP TABLE weights;
    ALTER TABLE weights_of_any_study RENAME TO weights;
    """

  /// Adds pruning, budgets, additional seeds, and the cost of trials.
  static let version3 = """
    -- So many trials are drawn or proposed in all; NULL for a grid.
    ALTER TABLE study ADD COLUMN trial_limit INTEGER CHECK (trial_limit >= 1);
    -- Trials in a row without improvement that end the study; NULL for no such end.
    ALTER TABLE study ADD COLUMN early_stop INTEGER CHECK (early_stop >= 1);
    -- So many further seeds for the trials that can not be told from the best.
    ALTER TABLE study ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0 CHECK (repeats >= 0);

    -- The order in which trials are started.
    ALTER TABLE trial ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
    UPDATE trial SET turn = ordinal;
    -- The same configuration with another seed than the study's: the trial it repeats, and the number of the repeat.
    ALTER TABLE trial ADD COLUMN repeat_of INTEGER REFERENCES trial (id) ON DELETE CASCADE;
    ALTER TABLE trial ADD COLUMN repeat INTEGER NOT NULL DEFAULT 0 CHECK ((repeat > 0) = (repeat_of IS NOT NULL));
    -- Floating-point operations of an epoch, and the most epochs that the trial can have.
    ALTER TABLE trial ADD COLUMN epoch_cost REAL CHECK (epoch_cost >= 0);
    ALTER TABLE trial ADD COLUMN epoch_limit INTEGER CHECK (epoch_limit >= 0);
    CREATE INDEX trial_repeat ON trial (repeat_of) WHERE repeat_of IS NOT NULL;
    DROP INDEX trial_claim;
    CREATE INDEX trial_claim ON trial (study_id, state, active, turn, ordinal);

    -- The record of pruning, in the order in which things happened; nothing in it changes.
    CREATE TABLE decision (
      id INTEGER PRIMARY KEY,
      trial_id INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
      study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE,
      scheduler TEXT NOT NULL,
      bracket INTEGER NOT NULL CHECK (bracket >= 0),
      epoch INTEGER NOT NULL CHECK (epoch >= 0),
      value REAL,
      action TEXT NOT NULL
        CHECK (action IN ('stop', 'proceed', 'passed', 'promote', 'finish', 'resume', 'withdraw', 'restore')),
      decided_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX decision_record ON decision (study_id, scheduler, id);
    CREATE INDEX decision_trial ON decision (trial_id, id);
    CREATE UNIQUE INDEX decision_arrival ON decision (trial_id, scheduler, epoch)
      WHERE action IN ('stop', 'proceed', 'passed');

    -- Completed trials first, then pruned, then diverged ones, each best first; the newest study first.
    DROP VIEW leaderboard;
    CREATE VIEW leaderboard AS
    SELECT
      study.name AS study,
      row_number() OVER (
        PARTITION BY study.id
        ORDER BY CASE trial.state WHEN 'completed' THEN 1 WHEN 'pruned' THEN 2 ELSE 3 END, trial.best_value IS NULL,
          CASE study.direction WHEN 'maximize' THEN -trial.best_value ELSE trial.best_value END, trial.ordinal
      ) AS rank,
      trial.ordinal AS trial,
      trial.state AS state,
      CASE WHEN trial.state <> 'diverged' THEN trial.best_value END AS value,
      trial.configuration AS parameters,
      (SELECT value FROM result WHERE trial_id = trial.id AND split = 'test' AND metric = 'ndcg@10') AS test_ndcg_10,
      (SELECT value FROM result WHERE trial_id = trial.id AND split = 'test' AND metric = 'mrr@10') AS test_mrr_10,
      (SELECT value FROM result WHERE trial_id = trial.id AND split = 'test' AND metric = 'hit@10') AS test_hit_10,
      (SELECT json_group_object(metric, value)
        FROM (SELECT metric, value FROM result WHERE trial_id = trial.id AND split = 'test' ORDER BY position)) AS test,
      (SELECT max(epoch) FROM observation WHERE trial_id = trial.id) AS epochs,
      trial.epoch_cost * (SELECT max(epoch) FROM observation WHERE trial_id = trial.id) / 1e12 AS cost_tflop,
      trial.training_seconds AS seconds
    FROM trial JOIN study ON study.id = trial.study_id
    WHERE trial.active = 1 AND trial.repeat = 0 AND trial.state IN ('completed', 'pruned', 'diverged')
    ORDER BY study.id DESC, rank;
    """

  /// Adds the study's revision, by which a reader notices a change, and the order in which trials completed.
  static let version4 = """
    -- Rises with each transaction that changes what a report shows.
    CREATE TABLE study_revision (
      study_id INTEGER PRIMARY KEY REFERENCES study (id) ON DELETE CASCADE,
      revision INTEGER NOT NULL CHECK (revision >= 1)
    ) STRICT;

    -- The study's revision before the trial's completion: a clock may have been set back between two of them, a revision only rises.
    ALTER TABLE trial ADD COLUMN completed_after INTEGER CHECK (completed_after >= 0);
    UPDATE trial SET completed_after = (SELECT max(user_rank.rowid) FROM user_rank WHERE trial_id = trial.id)
      WHERE state = 'completed';
    INSERT INTO study_revision (study_id, revision)
      SELECT id, 1 + coalesce((SELECT max(completed_after) FROM trial WHERE study_id = study.id), 0) FROM study;
    """

  /// Adds the machine of each attempt, and keeps trials without a value out of the index of values: a page less to write for each.
  static let version5 = """
    DROP INDEX trial_rank;
    CREATE INDEX trial_rank ON trial (study_id, best_value) WHERE best_value IS NOT NULL;

    -- The host is in the owner.
    ALTER TABLE attempt ADD COLUMN cpu TEXT;
    ALTER TABLE attempt ADD COLUMN instruction_set TEXT CHECK ((instruction_set IS NULL) = (cpu IS NULL));
    """

  /// Adds the job of a cluster's scheduler in which an attempt runs.
  static let version6 = """
    -- Such as 12_3, task 3 of array 12; NULL outside a job.
    ALTER TABLE attempt ADD COLUMN job TEXT;
    """

  /// Adds each user's rank in the ranking in which the study is not tuned.
  static let version7 = """
    -- With the other value of repeatable; NULL for trials that completed before.
    ALTER TABLE user_rank ADD COLUMN other_ranks BLOB CHECK (length(other_ranks) % 2 = 0);
    """
}
