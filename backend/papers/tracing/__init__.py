"""责任倒查: who inspected, signed, found, missed and changed what, when, under which version; told by the journal alone."""
