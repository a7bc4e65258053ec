//! What can only be seen once the whole manifest is read. All problems are listed.
