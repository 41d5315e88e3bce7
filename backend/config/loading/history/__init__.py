"""An invented past for a demo town, made by the same services that real work goes through."""
