//! How the rules of files and chapters are listed, and rows of several types and fields.

/// The rules of a file, in the order in which they run within a phase. It is a table, as that is what they are: no rule knows of another.
macro_rules! rules {
    ($($rule:expr),* $(,)?) => {
        pub(super) static RULES: $crate::rules::Table = &[$(|| $rule),*];
    };
}

/// The files of a chapter.
macro_rules! files {
    ($($file:ident)*) => {
        pub(super) static FILES: &[$crate::rules::Table] = &[$($file::RULES),*];
    };
}

/// A row for each of several types, which it calls `Of`.
macro_rules! each_type {
    ([$($type:ident)*], $row:expr) => {
        [$({
            type Of = $type;
            $crate::rule::Row::from($row)
        }),*]
    };
}

/// A row for each of several fields of a type, whatever they hold.
macro_rules! each_field {
    ($type:ident::[$($field:ident)*], |$key:ident| $row:expr) => {
        [$({
            let $key = $type::$field;
            $crate::rule::Row::from($row)
        }),*]
    };
}
