//! The contract of [`crate::Store`]: every engine runs every rule, by [`crate::store_contract`].

#![expect(missing_docs, reason = "the name of each function is the rule that it holds")]

pub mod carry;
pub mod facts;
pub mod leases;
pub mod pages;
pub mod snapshots;

/// Makes one test a rule of the contract. `$fresh` is an expression that gives a [`crate::testing::Fresh`], evaluated for each.
#[macro_export]
macro_rules! store_contract {
    ($fresh:expr) => {
        $crate::store_contract!(@ $fresh;
            facts {
                events_are_numbered_without_a_gap_in_each_stream
                a_batch_is_kept_whole_or_not_at_all
                a_wrong_expectation_is_a_conflict_that_says_where_the_stream_is
                a_row_is_replaced_and_taken_away_and_put_wins_over_gone
                a_file_is_kept_once_under_its_digest
                what_is_acknowledged_is_seen_by_everybody
                sixty_four_at_once_are_all_kept
                the_log_and_its_frontier_move_together_under_a_race
                single_values_have_a_shelf
                a_healthy_store_has_no_problems
            }
            carry {
                a_copy_answers_as_its_source_does
                a_copy_goes_on_where_it_was_and_follows_what_changed
                a_copy_into_something_else_is_refused
                nothing_that_was_given_out_is_given_out_again
                a_backup_is_one_moment_and_never_replaces_a_file
            }
            pages {
                a_shelf_is_read_in_pages_in_the_order_of_bytes
                rows_are_found_by_group_date_and_prefix
            }
            leases {
                a_held_lane_is_not_claimed_twice_and_says_who_holds_it
                an_old_fence_can_write_nothing
                a_lease_that_ended_comes_back_only_while_nobody_took_the_lane
                a_lane_that_was_handed_back_is_free_and_its_fence_grows_on
                without_a_name_the_lane_that_is_due_longest_is_claimed
                workers_that_come_at_once_get_a_lane_each
                who_waits_for_work_is_told_when_some_comes
                an_intent_to_write_stands_in_the_stream_of_its_run
            }
            snapshots {
                what_was_never_sealed_is_never_read_as_a_snapshot
                rows_come_out_by_kind_and_key_in_pages
                an_unchanged_row_keeps_its_salt
                rows_that_come_twice_are_told_apart
                equal_content_has_an_equal_digest
                an_earlier_snapshot_still_reads_as_it_was
                the_newest_whole_snapshot_is_found_and_the_one_at_a_time
                there_is_one_open_snapshot_an_instance
                another_process_goes_on_where_a_read_ended
                any_snapshot_can_be_dropped_and_the_others_stay
                a_record_is_never_kept
            }
        );
    };
    (@ $fresh:expr; $($part:ident { $($rule:ident)* })*) => {
        $(mod $part {
            use super::*;
            $(
                #[tokio::test]
                async fn $rule() {
                    $crate::testing::contract::$part::$rule($fresh).await;
                }
            )*
        })*

        #[test]
        fn any_sequence_of_calls_answers_as_the_model_does() {
            $crate::testing::sequences::answer_as_the_model_does(|| $fresh);
        }
    };
}
