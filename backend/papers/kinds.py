"""The kinds of papers, and the forms (file formats) each is issued in."""

from django.db.models import TextChoices


class Kind(TextChoices):
    LEDGER = "hazard_ledger", "重大事故隐患台账"
    RECORD = "inspection_record", "检查记录"
    ORDER = "rectification_order", "责令限期整改指令书"
    RECHECK = "recheck_opinion", "整改复查意见书"
    TRACE = "traceback", "责任倒查报告"


class Form(TextChoices):
    XLSX = "xlsx", "表格"
    DOCX = "docx", "可编辑文档"
    PDF = "pdf", "版式文件"


MEDIA = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Form.PDF: "application/pdf",
}


# what stands in a number: 440783112-ZL-2026-0001
CODES = {Kind.LEDGER: "TZ", Kind.RECORD: "JC", Kind.ORDER: "ZL", Kind.RECHECK: "FC", Kind.TRACE: "DC"}

# made from a DOCX template that the town may replace; the ledger is a table and has none
TEMPLATED = (Kind.RECORD, Kind.ORDER, Kind.RECHECK, Kind.TRACE)

# made of everything that who asked may see
WHOLE = (Kind.LEDGER, Kind.TRACE)
