"""One module per CRM adapter; each fits `portal.cases.crm.Crm`."""
